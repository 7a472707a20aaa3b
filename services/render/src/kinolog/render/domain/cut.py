"""Cutting parts out of a film by encoding them: the recipe that keeps exactly their frames, and the sound in step."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.canvas import kept
from kinolog.render.domain.chapters import chapters_within
from kinolog.render.domain.recipe import Recipe, Track, countable_frames, even_sides
from kinolog.render.domain.trim import Part, Seconds

# Their indexes lead to the key frame before a moment; the sound of a film may be some way off from its picture.
_SEEKABLE: Final = frozenset({"mp4", "matroska"})
_SEEK_MARGIN_SECONDS: Final = 2.0


def cut_recipe(facts: MediaFacts, parts: Sequence[Part]) -> Recipe:
    """Frames are kept by their time stamps; the sound of each part begins with its first frame, to the sample.

    A high dynamic range stays one, which takes HEVC.

    A frame that came before its part and stands still into it is shown from the part's beginning on.
    """
    parts, (told, coding) = _each_frame_once(parts), kept(facts)
    seconds, seek_seconds = sum(part.seconds for part in parts), _seek_seconds(facts, parts)
    return Recipe(
        container=facts.container,
        picture=_picture(facts, parts, told),
        sounds=_sounds(facts, parts),
        seconds=seconds,
        frame_count=countable_frames(facts, sum(part.frame_count for part in parts)),
        skipped_seconds=parts[-1].end - seconds - seek_seconds,
        seek_seconds=seek_seconds,
        picture_coding=coding,
        chapters=chapters_within(facts.chapters, [(part.begin, part.end) for part in parts]),
    )


def sound_recipe(facts: MediaFacts, windows: Sequence[Seconds]) -> Recipe:
    """The sounds of some windows alone, encoded."""
    parts = [Part(start=start, end=end, begin=start, frame_count=0) for start, end in windows]
    seconds = sum(part.seconds for part in parts)
    sounds = _sounds(facts, parts)
    return Recipe(container=facts.container, picture=None, sounds=sounds, seconds=seconds, frame_count=None)


def _seek_seconds(facts: MediaFacts, parts: Sequence[Part]) -> float:
    """From where on the film must be read: what comes before is not even decoded."""
    is_worth_it = facts.video_stream is not None and facts.container in _SEEKABLE
    return max(0.0, parts[0].shown_from - _SEEK_MARGIN_SECONDS) if is_worth_it else 0.0


def _picture(facts: MediaFacts, parts: Sequence[Part], told: tuple[str, ...]) -> Track | None:
    if facts.video_stream is None:
        return None
    whole = f"trim=start={_moment(parts[0].shown_from)}:end={_moment(parts[-1].end)}"
    return Track(stream=facts.video_stream, filters=(whole, *_joined_frames(parts), *told, *even_sides(facts)))


def _joined_frames(parts: Sequence[Part]) -> tuple[str, ...]:
    """Frames of the parts, each as much earlier as is missing before it."""
    if len(parts) == 1:
        return ("setpts=PTS-STARTPTS",) if parts[0].still_since is None else (f"setpts={_earlier(parts)}",)
    wanted = "+".join(f"gte(pts\\,{_ticks(part.shown_from)})*lt(pts\\,{_ticks(part.end)})" for part in parts)
    return (f"select={wanted}", f"setpts={_earlier(parts)}")


def _earlier(parts: Sequence[Part]) -> str:
    missing = "+".join(f"gte(PTS\\,{_ticks(part.shown_from)})*{_moment(gap)}" for part, gap in _gaps(parts))
    still = ((part.still_since, part.start) for part in parts)
    late = "".join(
        f"-eq(PTS\\,{_ticks(since)})*{_moment(start - since)}" for since, start in still if since is not None
    )
    return f"PTS-round(({missing}{late})/TB)"


def _each_frame_once(parts: Sequence[Part]) -> list[Part]:
    """What is still shown from the part before needs not be shown anew."""
    again = (
        after.still_since is not None and before.shown_from <= after.still_since < before.end
        for before, after in pairwise(parts)
    )
    return [
        *parts[:1],
        *(_without_still(part) if is_again else part for part, is_again in zip(parts[1:], again, strict=True)),
    ]


def _without_still(part: Part) -> Part:
    return replace(part, still_since=None, frame_count=part.frame_count - 1)


def _gaps(parts: Sequence[Part]) -> Iterator[tuple[Part, float]]:
    """With each part, how many seconds of the film are missing right before it."""
    before = 0.0
    for part in parts:
        yield part, part.begin - before
        before = part.end


def _sounds(facts: MediaFacts, parts: Sequence[Part]) -> tuple[Track, ...]:
    filters = _sound_filters(parts)
    return tuple(Track(stream=each.stream, filters=filters, label=each.label) for each in facts.sounds)


def _sound_filters(parts: Sequence[Part]) -> tuple[str, ...]:
    if len(parts) == 1:
        return _sound_of(parts[0])
    inputs = "".join(f"[i{number}]" for number in range(len(parts)))
    outputs = "".join(f"[o{number}]" for number in range(len(parts)))
    chains = (
        f"[i{number}]{','.join((*_sound_of(part), *_exact_length(part)))}[o{number}]"
        for number, part in enumerate(parts)
    )
    graph = (f"asplit={len(parts)}{inputs}", *chains, f"{outputs}concat=n={len(parts)}:v=0:a=1")
    return (";".join(graph),)


def _sound_of(part: Part) -> tuple[str, ...]:
    """Sound that starts later than the picture does so in the clip as well."""
    keep = f"atrim=start={_moment(part.begin)}:end={_moment(part.end)}"
    return keep, f"asetpts=PTS-{_moment(part.begin)}/TB"


def _exact_length(part: Part) -> tuple[str, ...]:
    """Silence where the film has no sound, so that whatever follows stays in step with its picture.

    Silence that stands alone bears no moments unless it is told them.
    """
    return (
        "aresample=async=1:first_pts=0",
        f"apad=whole_dur={_moment(part.seconds)}",
        "asetpts=N/SR/TB",
        f"atrim=end={_moment(part.seconds)}",
    )


def _ticks(seconds: float) -> str:
    """In the clock of the stream, rounded as `trim` rounds."""
    return f"round({_moment(seconds)}/TB)"


def _moment(seconds: float) -> str:
    """Microseconds are as fine as FFmpeg's filters read; never in scientific notation."""
    return f"{seconds:.6f}"
