"""Lines for text that has no word times, such as a translation, and its division among captions that have theirs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from math import inf
from operator import itemgetter
from typing import Final

from kinolog.common.subtitles.scripts import is_unspaced
from kinolog.transcribe.domain.reading.layout import Layout
from kinolog.transcribe.domain.reading.lines import lines_of
from kinolog.transcribe.domain.reading.particles import particles_of
from kinolog.transcribe.domain.reading.sense import break_cost
from kinolog.transcribe.domain.reading.units import Unit, line_of, units_of
from kinolog.transcribe.domain.transcript import Segment, SpokenWord

ASTRAY: Final = 20.0
"""For a part that ends as much earlier or later than its share as a part is long on average."""

_Way = tuple[float, tuple[int, ...]]


def wrapped(text: str, layout: Layout, language: str) -> str:
    """Broken at the sense, into as few lines as hold it, be they more than the layout has."""
    units = _units(text, layout)
    return "\n".join(lines_of(units, _break_costs(units, language), layout)) if units else ""


def shared_out(text: str, shares: Sequence[float], layout: Layout, language: str) -> list[str]:
    """The text in as many parts as there are shares, each about as long as its share of their sum, cut at the sense.

    No part is empty unless there are fewer words than shares: then the last ones are.
    """
    units = _units(text, layout)
    if len(units) <= len(shares):
        return [*(unit.text for unit in units), *[""] * (len(shares) - len(units))]
    ends = _ends(units, shares, _break_costs(units, language))
    return [line_of(units[first:end]) for first, end in pairwise([0, *ends])]


def _ends(units: Sequence[Unit], shares: Sequence[float], break_costs: Sequence[float]) -> list[int]:
    """Where each part ends: the cheapest of all ways. An end costs what `sense` says, and the square of how far it is
    from where its share ends."""
    lengths = list(accumulate((unit.space + unit.columns for unit in units), initial=0))
    mean = max(1.0, lengths[-1] / len(shares))
    costs_of_sense = [*break_costs, 0.0]
    ways: dict[int, _Way] = {0: (0.0, ())}
    for number, share in enumerate(accumulate(shares), 1):
        wanted = lengths[-1] * share / sum(shares)
        costs = {
            end: costs_of_sense[end] + ASTRAY * ((lengths[end] - wanted) / mean) ** 2
            for end in range(number, len(units) - len(shares) + number + 1)
        }
        ways = _one_part_more(ways, costs)
    return list(ways[len(units)][1])


def _one_part_more(ways: Mapping[int, _Way], costs: Mapping[int, float]) -> dict[int, _Way]:
    """From the cheapest way to each place to the cheapest way with another part; `costs` are those of its ends."""
    longer: dict[int, _Way] = {}
    best: _Way = (inf, ())
    for end, cost in costs.items():
        best = min(best, ways.get(end - 1, best), key=itemgetter(0))
        longer[end] = (best[0] + cost, (*best[1], end))
    return longer


def _units(text: str, layout: Layout) -> list[Unit]:
    return list(units_of(Segment(words=tuple(_timeless(text))), layout))


def _break_costs(units: Sequence[Unit], language: str) -> list[float]:
    """Of an end in front of each unit."""
    particles = particles_of(language)
    return [0.0, *(break_cost(before, after, particles) for before, after in pairwise(units))]


def _timeless(text: str) -> Iterator[SpokenWord]:
    """Words with the space before them; where a script has none, signs, which `units` joins again where it must."""
    for word in text.split():
        pieces = list(word) if any(map(is_unspaced, word)) else [word]
        for space, piece in zip([" ", *[""] * (len(pieces) - 1)], pieces, strict=True):
            yield SpokenWord(text=f"{space}{piece}", start=0.0, end=0.0, probability=1.0)
