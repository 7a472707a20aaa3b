"""What the encoder is told to do with the frames that are encoded anew.

They come from a film of their own, in which only the packets are that it takes to decode them. They are encoded one
right after the other, whenever they are shown, since an encoder thinks of frames that follow each other.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Final

from kinolog.render.domain.h264 import ParameterSets, sequence_of
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex, reorder_depth
from kinolog.render.domain.partial import Renewed
from kinolog.render.domain.work import Picture, Source, Work

FEED_FORMAT: Final = "nut"
"""Unlike MP4 it keeps gaps in time as they are, and unlike Matroska any clock."""

PROFILES: Final = {66: "baseline", 77: "main", 100: "high"}

_MICROSECONDS: Final = 1_000_000
_UPRIGHT: Final = {0: (), 90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}
_TURNED_BACK: Final = {0: (), 90: ("transpose=cclock",), 180: ("hflip", "vflip"), 270: ("transpose=clock",)}
_LEAST_PYRAMID_DEPTH: Final = 2
# Frames to decode for one to encode: encoding a frame takes four times as long.
_FEW_DECODED: Final = 2


def feed_lead(index: PacketIndex) -> int:
    """How many ticks later everything is in the feed, which has no times before 0."""
    return max(0, -min(index.shown)) + index.track.frame_ticks * (reorder_depth(index.shown) + 1)


def encode_work(index: PacketIndex, runs: Sequence[Renewed], drawing: str | None, feed: Path, output: Path) -> Work:
    """Encode the frames of all runs, drawn upon by a filter where there is one. Raises PartialRefused."""
    frames, seconds = index.track.rate
    arguments = ("-map", "0:v", "-filter:v", ",".join(_filters(index, runs, drawing)))
    return Work(
        sources=(Source(path=feed, container=FEED_FORMAT, options=("-copyts",)),),
        arguments=(*arguments, "-fps_mode", "passthrough", "-enc_time_base:v", "filter"),
        picture=Picture(extra=(*_coding(index), "-force_key_frames", _run_starts(index, runs))),
        output=output,
        seconds=sum(len(run.shown) for run in runs) * seconds / frames,
        muxer_options=(),
        is_mostly_encoding=_is_mostly_encoding(runs),
    )


def _is_mostly_encoding(runs: Sequence[Renewed]) -> bool:
    """Not where many frames are decoded for each that is encoded."""
    decoded = sum(run.end - run.fed_from for run in runs)
    return decoded <= _FEW_DECODED * sum(len(run.shown) for run in runs)


def _filters(index: PacketIndex, runs: Sequence[Renewed], drawing: str | None) -> tuple[str, ...]:
    """Filters see the film's own time; the encoder sees frame after frame."""
    track, turn = index.track, index.track.rotation
    frames, seconds = track.rate
    wanted = "+".join(f"between(pts\\,{run.shown[0]}\\,{run.shown[-1]})" for run in runs)
    drawn = () if drawing is None else (*_UPRIGHT[turn], drawing, *_TURNED_BACK[turn])
    return (
        *(f"settb=1/{track.ticks_per_second}", f"setpts=PTS-{feed_lead(index)}", f"select={wanted}"),
        *(*drawn, f"settb={seconds}/{frames}", "setpts=N"),
    )


def _coding(index: PacketIndex) -> tuple[str, ...]:
    """Decoders must not notice: the same profile and level, no deeper reordering, and numbers of its own."""
    sets = ParameterSets.parsed(bytes.fromhex(index.track.parameters))
    level, profile = sequence_of(sets.sequences[0]).level, PROFILES.get(sets.head[1])
    if profile is None:
        raise PartialRefused(Obstacle.CODEC, f"profile {sets.head[1]}")
    words = [f"sps-id={sets.free_number()}", "open-gop=0", *_reordering(reorder_depth(index.shown))]
    options = ("-profile:v", profile, "-level:v", f"{level / 10:g}", "-forced-idr", "1")
    return (*options, "-x264-params", ":".join(words))


def _reordering(depth: int) -> tuple[str, ...]:
    if depth == 0:
        return ("bframes=0",)
    return ("b-pyramid=none",) if depth < _LEAST_PYRAMID_DEPTH else ()


def _run_starts(index: PacketIndex, runs: Sequence[Renewed]) -> str:
    """In seconds of the encoder's clock, never after the frame that is meant."""
    frames, seconds = index.track.rate
    numbers = accumulate((len(run.shown) for run in runs[:-1]), initial=0)
    moments = (int(Fraction(number * seconds, frames) * _MICROSECONDS) for number in numbers)
    return ",".join(f"{moment // _MICROSECONDS}.{moment % _MICROSECONDS:06d}" for moment in moments)
