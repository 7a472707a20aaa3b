"""What an append costs alone and in a group, as measured: how much a group saves depends on disk, load and fsync.

With an fsync for every answer a group of fifty is many times cheaper than fifty lone appends; without, it is dearer.
What counts is waiting: while lone appends are stored their callers go on computing, and that time is not the appends'.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

_WEIGHT_OF_NEWEST: Final = 0.2
# The members of a group wait for one another, so it has to be clearly cheaper.
_WORTH_WAITING: Final = 0.8


def waited_seconds() -> float:
    """A clock that stands still while the event loop's thread computes."""
    return asyncio.get_running_loop().time() - time.thread_time()


class Way(Enum):
    ALONE = "alone"
    TOGETHER = "together"


@dataclass(slots=True)
class _Figure:
    """Seconds of waiting per append, and when that was last tried and last seen."""

    seconds: float | None = None
    tried_at: float = float("-inf")
    noted_at: float = float("-inf")


class AppendCosts:
    """Seconds of waiting per append, either way, by how many are under way at a time (in powers of two).

    A figure that has not been renewed for `trial_interval_seconds` is measured anew by going that way once.
    """

    def __init__(self, trial_interval_seconds: float, clock: Callable[[], float]) -> None:
        self._trial_interval_seconds = trial_interval_seconds
        self._clock = clock
        self._figures: dict[Way, dict[int, _Figure]] = {way: {} for way in Way}

    def cheaper(self, appends: int) -> Way:
        """The way for so many at a time; now and then the other one, to learn what it costs today."""
        if appends < 2:
            return Way.ALONE
        now = self._clock()
        for way in (Way.TOGETHER, Way.ALONE):
            figure = self._figure(way, appends)
            if now - max(figure.tried_at, figure.noted_at) >= self._trial_interval_seconds:
                figure.tried_at = now
                return way
        together, alone = self.seconds_each(Way.TOGETHER, appends), self.seconds_each(Way.ALONE, appends)
        return Way.TOGETHER if together < alone * _WORTH_WAITING else Way.ALONE

    def note(self, way: Way, appends: int, seconds: float) -> None:
        """So many appends took that much waiting. An old figure is replaced, a fresh one is drawn nearer."""
        if appends < 2:
            return
        figure, newest, now = self._figure(way, appends), max(0.0, seconds) / appends, self._clock()
        if figure.seconds is None or now - figure.noted_at >= self._trial_interval_seconds:
            figure.seconds = newest
        figure.seconds += (newest - figure.seconds) * _WEIGHT_OF_NEWEST
        figure.noted_at = now

    def seconds_each(self, way: Way, appends: int) -> float:
        """The figure for that many, or for the nearest number that has one; 0 when nothing is known: it gets tried."""
        if (exact := self._figure(way, appends).seconds) is not None:
            return exact
        size = appends.bit_length()
        known = [
            (abs(other - size), each.seconds) for other, each in self._figures[way].items() if each.seconds is not None
        ]
        return min(known)[1] if known else 0.0

    def _figure(self, way: Way, appends: int) -> _Figure:
        figures, size = self._figures[way], appends.bit_length()
        if size not in figures:
            figures[size] = _Figure()
        return figures[size]


class Stretch:
    """Clocks appends that go alone: from a departure until as many were answered as were under way at most.

    `clock` is best one of waiting.
    """

    def __init__(self, costs: AppendCosts, clock: Callable[[], float]) -> None:
        self._costs = costs
        self._clock = clock
        self._began_at: float | None = None
        self._answered = self._most_under_way = 0

    def departed(self, under_way: int) -> None:
        if self._began_at is None:
            self._began_at, self._answered, self._most_under_way = self._clock(), 0, 0
        self._most_under_way = max(self._most_under_way, under_way)

    def answered(self) -> None:
        self._answered += 1
        if self._began_at is not None and self._answered >= self._most_under_way:
            self._costs.note(Way.ALONE, self._answered, self._clock() - self._began_at)
            self._began_at = None

    def failed(self) -> None:
        """What took that long says nothing about the usual."""
        self._began_at = None
