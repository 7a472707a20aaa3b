"""Finds what comes again and again in a sequence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loop:
    """`period` items from `first` on, again and again up to the one before `after`."""

    first: int
    period: int
    after: int

    @property
    def times(self) -> int:
        return (self.after - self.first) // self.period

    @property
    def second(self) -> int:
        """Where they come for the second time."""
        return self.first + self.period


def loops_in(keys: Sequence[str], longest_period: int, fewest: int) -> Iterator[Loop]:
    """In order, none within another. One that the sequence breaks off in the middle of lasts until its end."""
    first = 0
    while first < len(keys):
        loop = _loop_at(keys, first, longest_period, fewest)
        if loop is not None:
            yield loop
        first = first + 1 if loop is None else loop.after


def _loop_at(keys: Sequence[str], first: int, longest_period: int, fewest: int) -> Loop | None:
    """The one with the shortest period."""
    for period in range(1, longest_period + 1):
        after = first + period
        while after < len(keys) and keys[after] == keys[after - period]:
            after += 1
        if after - first >= fewest * period:
            rest = 0 if after == len(keys) else (after - first) % period
            return Loop(first, period, after - rest)
    return None
