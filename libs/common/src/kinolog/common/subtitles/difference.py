"""What differs between two texts of a caption."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

from kinolog.common.subtitles.cue import Cue

_Mark: TypeAlias = tuple[float, float, str, str | None, int]


@dataclass(frozen=True, slots=True)
class CueDifference:
    """`before` and `after` are places and cues, from 0; None where a cue was added or removed."""

    before: tuple[int, Cue] | None
    after: tuple[int, Cue] | None


def differences(before: Sequence[Cue], after: Sequence[Cue]) -> Iterator[CueDifference]:
    """Cue by cue, in order. Cues that were only moved within the list count as removed and added."""
    first = second = 0
    for old_place, new_place in [*_kept(before, after), (len(before), len(after))]:
        old = [(place, before[place]) for place in range(first, old_place)]
        new = [(place, after[place]) for place in range(second, new_place)]
        yield from (CueDifference(*pair) for pair in zip_longest(old, new))
        first, second = old_place + 1, new_place + 1


def _kept(before: Sequence[Cue], after: Sequence[Cue]) -> list[tuple[int, int]]:
    """The places of as many cues as possible that are the same in both, and in the same order.

    That is the longest rising run of places before, taken in the order of those after: by patience, so that it is quick
    for any number of changes.
    """
    old_places = {mark: place for place, mark in enumerate(_marks(before))}
    same = [(old_places[mark], place) for place, mark in enumerate(_marks(after)) if mark in old_places]
    tops: list[int] = []
    top_of: list[int] = []
    previous: list[int | None] = []
    for number, (old_place, _) in enumerate(same):
        pile = bisect_left(tops, old_place)
        previous.append(top_of[pile - 1] if pile else None)
        tops[pile : pile + 1], top_of[pile : pile + 1] = [old_place], [number]
    return _traced(same, previous, top_of[-1] if top_of else None)


def _traced(same: Sequence[tuple[int, int]], previous: Sequence[int | None], last: int | None) -> list[tuple[int, int]]:
    kept = []
    while last is not None:
        kept.append(same[last])
        last = previous[last]
    return kept[::-1]


def _marks(cues: Sequence[Cue]) -> Iterator[_Mark]:
    """What a cue is told by. The last part sets equal ones apart."""
    seen: Counter[tuple[float, float, str, str | None]] = Counter()
    for cue in cues:
        mark = (cue.start, cue.end, cue.text, cue.speaker)
        yield *mark, seen[mark]
        seen[mark] += 1
