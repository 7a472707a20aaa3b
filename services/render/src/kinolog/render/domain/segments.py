"""Dividing a film among workers that go on from one piece to the next for as long as nobody else is there."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

# What is left for one alone at the end, while all others are done, is a part of a piece.
_PIECES_PER_WORKER: Final = 16
_LEAST_LEFT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A piece lasts for `shortest_seconds` at least. Who comes to one that is taken looks `overlap_seconds` into it."""

    workers: int
    shortest_seconds: float
    overlap_seconds: float

    def starts(self, film_seconds: float) -> tuple[float, ...]:
        """When each piece begins, in seconds. The last one goes on to the film's end, wherever that turns out to be."""
        most = self.workers * _PIECES_PER_WORKER if self.workers > 1 else 1
        count = max(1, min(most, int(film_seconds / self.shortest_seconds)))
        return tuple(round(film_seconds * number / count, 6) for number in range(count))


def remotest(taken: Collection[int], count: int) -> int | None:
    """Of `count` pieces, a free one with much to do up to the next that is taken, and much left for who is before it.

    None where no two free ones follow each other: whoever is before a single one comes to it without searching.
    """
    length, begin = max((after - before, before) for before, after in pairwise(sorted({-1, *taken, count})))
    return begin + (length + 1) // 2 if length > _LEAST_LEFT else None
