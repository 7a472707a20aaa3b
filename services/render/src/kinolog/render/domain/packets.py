"""The packets of a film's picture without their bytes: when each frame is shown, and where groups of pictures begin.

A group begins with a frame that stands alone, and nothing refers across its borders. Times are ticks of the film's
clock, 0 being the film's first moment; packets are numbered in the order in which they are stored and decoded.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from math import floor

from kinolog.render.domain.obstacle import Obstacle, PartialRefused

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTrack:
    """`zero` is the tick of the file's own clock that players show as the first moment, `zero_seconds` the same one;
    `rate` is frames a second, as numerator and denominator; `parameters` is the `avcC` box, in hexadecimal digits.
    """

    stream: int
    ticks_per_second: int
    zero: int
    zero_seconds: float
    rate: tuple[int, int]
    rotation: int
    parameters: str

    @property
    def frame_ticks(self) -> int:
        """How long a frame usually lasts."""
        frames, seconds = self.rate
        return max(1, round(Fraction(self.ticks_per_second * seconds, frames)))

    def ticks(self, seconds: float) -> int:
        """Rounded as FFmpeg's `trim` filter rounds, so that both mean the same frames."""
        return floor(Fraction(round(seconds * _MICROSECONDS), _MICROSECONDS) * self.ticks_per_second + Fraction(1, 2))

    def seconds(self, ticks: int) -> float:
        return ticks / self.ticks_per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketIndex:
    """`shown` is when the frame of each packet is shown; `starts` are the packets that begin a group."""

    track: PictureTrack
    shown: Sequence[int]
    starts: Sequence[int]

    def groups(self) -> Iterator[tuple[int, int]]:
        """First packet and end of each group; the end is no part of it."""
        yield from pairwise([*self.starts, len(self.shown)])

    def refuse_flaws(self) -> None:
        """Raises PartialRefused where groups are not whole, or are shown in another order than they are stored."""
        if not self.starts or self.starts[0] != 0:
            raise PartialRefused(Obstacle.START)
        if len(set(self.shown)) != len(self.shown):
            raise PartialRefused(Obstacle.SAME_TIME_STAMPS)
        last = None
        for first, end in self.groups():
            moments = self.shown[first:end]
            if min(moments) != moments[0] or (last is not None and moments[0] <= last):
                raise PartialRefused(Obstacle.OPEN_GROUPS)
            last = max(moments)


def clean_cuts(shown: Sequence[int]) -> list[int]:
    """The places in a group where everything stored before is also shown before everything stored after.

    A decoder can stop there and begin anew with another film; 0 is always such a place.
    """
    latest_before = list(accumulate(shown, max))
    earliest_after = list(accumulate(reversed(shown), min))[::-1]
    return [0, *(place for place in range(1, len(shown)) if latest_before[place - 1] < earliest_after[place])]


def reorder_depth(shown: Sequence[int]) -> int:
    """How many packets at most are stored before a packet that is shown before them."""
    in_order = sorted(shown)
    return max((place - bisect_right(in_order, moment) + 1 for place, moment in enumerate(shown)), default=0)


def decode_times(shown: Sequence[int], frame_ticks: int) -> list[int]:
    """When each packet is to be decoded: ever later, and never after its frame is shown.

    With a reordering of n packets, a packet is due when the frame n places earlier is shown.
    """
    in_order, depth = sorted(shown), reorder_depth(shown)
    lead = [in_order[0] - frame_ticks * early for early in range(depth, 0, -1)] if in_order else []
    return [*lead, *in_order][: len(shown)]
