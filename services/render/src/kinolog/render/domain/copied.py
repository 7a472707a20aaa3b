"""Cutting a part out of a film by copying its packets, from one key frame up to another."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.chapters import chapters_within
from kinolog.render.domain.recipe import Muxer
from kinolog.render.domain.trim import Part, Seconds
from kinolog.render.domain.words import Words
from kinolog.render.domain.work import MP4_OPTIONS, WEBM_OPTIONS, Sound, Source, Work

# What browsers play in each container.
_PICTURES: Final[dict[Muxer, frozenset[str | None]]] = {
    "webm": frozenset({"vp8", "vp9", "av1"}),
    "mp4": frozenset({"h264", "hevc", "av1", "vp9", None}),
}
_SOUNDS: Final[dict[Muxer, frozenset[str | None]]] = {
    "webm": frozenset({"opus", "vorbis"}),
    "mp4": frozenset({"aac", "mp3", "opus", "flac"}),
}
_MUXER_OPTIONS: Final[dict[Muxer, tuple[str, ...]]] = {"mp4": MP4_OPTIONS, "webm": WEBM_OPTIONS}
_APPLE_HEVC: Final = ("-tag:v", "hvc1")
# Moments are rounded to the film's clock, of a millisecond at most; frames are further apart.
_TICK_SECONDS: Final = 0.001


def muxer_for(facts: MediaFacts) -> Muxer | None:
    """The container that the packets of a film can be copied into; None where browsers would not play any."""
    preferred: tuple[Muxer, ...] = ("webm", "mp4") if facts.media_type == "video/webm" else ("mp4",)
    fitting = (each for each in preferred if facts.video_codec in _PICTURES[each])
    codecs = {sound.codec for sound in facts.sounds}
    return next((each for each in fitting if codecs <= _SOUNDS[each]), None)


def why_not_copied(facts: MediaFacts, parts: Sequence[Part]) -> str | None:
    """The reason why these parts have to be encoded after all."""
    if muxer_for(facts) is None:
        sounds = " and ".join(dict.fromkeys(f"{sound.codec}" for sound in facts.sounds))
        return f"{facts.video_codec} with {sounds or 'no sound'} fits into no container that browsers play"
    if facts.video_stream is not None and any(part.groups is None for part in parts):
        return "the film's groups of pictures are not closed"
    return None


def widened(part: Part, facts: MediaFacts) -> Part:
    """The part with all of the groups of pictures that it touches."""
    if part.groups is None:
        return part
    start, end = part.groups.start, facts.duration if part.groups.end is None else part.groups.end
    return replace(part, start=start, end=end, begin=start, frame_count=part.groups.frame_count, still_since=None)


def whole_windows(parts: Sequence[Part]) -> tuple[Seconds, ...]:
    """The windows of widened parts; those that came to overlap are one."""
    windows: list[Seconds] = []
    for part in parts:
        if windows and part.start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], part.end))
        else:
            windows.append((part.start, part.end))
    return tuple(windows)


def copy_work(facts: MediaFacts, part: Part, source: Path, output: Path) -> Work:
    """`part` is a widened one."""
    muxer = muxer_for(facts) or "mp4"
    sounds = facts.sounds
    picture = () if facts.video_stream is None else (facts.video_stream,)
    streams = (*picture, *(sound.stream for sound in sounds))
    maps = (word for stream in streams for word in ("-map", f"0:{stream}"))
    tag = _APPLE_HEVC if facts.video_codec == "hevc" and muxer == "mp4" else ()
    return Work(
        sources=(Source(path=source, container=facts.container, options=("-ss", f"{part.begin:.6f}")),),
        arguments=(*maps, *_limits(part), "-copypriorss", "0", *tag),
        picture=None,
        is_picture_copied=facts.video_stream is not None,
        sounds=(Sound(codec="copy"),) * len(sounds),
        output=output,
        seconds=part.seconds,
        muxer=muxer,
        muxer_options=_MUXER_OPTIONS[muxer],
        words=Words(
            labels=tuple(sound.label for sound in sounds),
            chapters=chapters_within(facts.chapters, [(part.begin, part.end)]),
        ),
    )


def _limits(part: Part) -> tuple[str, ...]:
    """A length goes by when packets are decoded, which lets some of the next group's frames in: those are shown later,
    and the filter called noise is told to drop them. Sound is decoded when it is heard.
    """
    length = ("-t", f"{part.seconds:.6f}")
    if part.groups is None:
        return length
    until = part.seconds - _TICK_SECONDS
    return () if part.groups.end is None else (*length, "-bsf:v", f"noise=drop=gte(pts*tb\\,{until:.6f})")
