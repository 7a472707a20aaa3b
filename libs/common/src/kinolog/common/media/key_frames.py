"""Where a film can be cut without decoding it: at key frames that nothing refers across."""

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from kinolog.common.media.facts import WholeGroups


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFrameIndex:
    """Where a film can be entered. `moments` are ticks of `time_base`, a fraction of a second, from the film's start.

    `moments` lists each `every`-th of the `count` key frames. `open` are places in that list: what is stored behind
    these is shown before them and needs the group before, so that the film cannot be cut there as it is. Distances are
    seconds, the last one to the film's last frame; None without a key frame.
    """

    count: int
    time_base: tuple[int, int]
    every: int
    moments: tuple[int, ...]
    open: tuple[int, ...]
    mean_distance: float | None
    longest_distance: float | None


class KeyFrames:
    """Collects them packet by packet, in the order of storage. Times are ticks of `clock`, a moment or None each."""

    def __init__(self, clock: Fraction) -> None:
        self._clock = clock
        self._shown, self._places = array("q"), array("q")
        self._open = bytearray()
        self._frames = 0
        self._latest: int | None = None

    def add(self, shown: int, is_key: bool) -> None:
        if is_key:
            self._shown.append(shown)
            self._places.append(self._frames)
            self._open.append(self._latest is not None and self._latest >= shown)
        elif self._shown and shown < self._shown[-1]:
            self._open[-1] = True
        self._latest = shown if self._latest is None else max(self._latest, shown)
        self._frames += 1

    def around(self, start: int, end: int) -> WholeGroups | None:
        """The least whole groups that hold a window. None where one of their borders is not closed, or they are not in
        order.
        """
        first = bisect_right(self._shown, start) - 1
        last = bisect_left(self._shown, end)
        if first < 0 or self._open[first] or any(self._open[last : last + 1]) or last <= first:
            return None
        is_to_the_end = last == len(self._shown)
        return WholeGroups(
            start=self._seconds(self._shown[first]),
            end=None if is_to_the_end else self._seconds(self._shown[last]),
            frame_count=(self._frames if is_to_the_end else self._places[last]) - self._places[first],
        )

    def index(self, most: int) -> KeyFrameIndex:
        """At most so many of them, spread evenly."""
        count = len(self._shown)
        every = max(1, -(-count // most))
        listed = sorted(zip(self._shown[::every], self._open[::every], strict=True))
        return KeyFrameIndex(
            count=count,
            time_base=(self._clock.numerator, self._clock.denominator),
            every=every,
            moments=tuple(moment for moment, _ in listed),
            open=tuple(place for place, (_, is_open) in enumerate(listed) if is_open),
            mean_distance=self._rounded((self._end - self._shown[0]) / count) if count else None,
            longest_distance=self._rounded(self._longest()) if count else None,
        )

    @property
    def _end(self) -> int:
        return self._latest or 0

    def _longest(self) -> int:
        to_the_end = self._end - self._shown[-1]
        return max(to_the_end, *(later - sooner for sooner, later in pairwise(self._shown)), 0)

    def _rounded(self, ticks: float) -> float:
        return round(ticks * float(self._clock), 6)

    def _seconds(self, ticks: int) -> float:
        return float(ticks * self._clock)
