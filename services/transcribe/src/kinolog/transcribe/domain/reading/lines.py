"""How the text of one caption is shared out among its lines.

As few lines as it takes. Among the ways to fill those, the cheapest: each line end costs what `sense` says, an uneven
line the square of what it differs from the mean, a lone word that is no sentence `LONE` more.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from kinolog.transcribe.domain.reading.layout import Layout
from kinolog.transcribe.domain.reading.sense import ends_sentence
from kinolog.transcribe.domain.reading.units import Unit, line_of

UNEVEN: Final = 20.0
"""For a line that differs from the mean by as much as a whole line holds."""
LONE: Final = 8.0


def lines_of(units: Sequence[Unit], break_costs: Sequence[float], layout: Layout) -> list[str]:
    """`break_costs` are those of a line end in front of each unit; the first is not asked for."""
    count = lines_needed(units, layout)
    ways: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for _ in range(count):
        ways = _one_line_more(ways, _Page(units, break_costs, layout, count))
    places = ways[len(units)][1]
    return [line_of(units[first:end]) for first, end in pairwise(places)]


def lines_needed(units: Sequence[Unit], layout: Layout) -> int:
    """When each line takes what it can hold."""
    count, columns = 1, 0
    for unit in units:
        grown = columns + unit.space + unit.columns if columns else unit.columns
        if columns and grown > layout.line_characters:
            count, grown = count + 1, unit.columns
        columns = grown
    return count


class _Page:
    """The units, and what it costs to set some of them as a line."""

    def __init__(self, units: Sequence[Unit], break_costs: Sequence[float], layout: Layout, lines: int) -> None:
        self.units = units
        self._break_costs = break_costs
        self._limit = layout.line_characters
        self._mean = sum(unit.space + unit.columns for unit in units) / lines

    def lines_from(self, first: int) -> Iterator[tuple[int, float]]:
        """Where a line from `first` on may end, and at what cost."""
        columns = 0
        for place in range(first, len(self.units)):
            unit = self.units[place]
            columns += unit.columns + (unit.space if place > first else 0)
            if columns > self._limit and place > first:
                return
            yield place + 1, self._cost(first, place + 1, columns)

    def _cost(self, first: int, end: int, columns: int) -> float:
        uneven = UNEVEN * ((columns - self._mean) / self._limit) ** 2
        is_last = end == len(self.units)
        lone = LONE if end - first == 1 and not self._is_sentence(first) else 0.0
        return uneven + lone + (0.0 if is_last else self._break_costs[end])

    def _is_sentence(self, place: int) -> bool:
        begins = place == 0 or ends_sentence(*self.units[place - 1 : place + 1])
        return begins and ends_sentence(*self.units[place : place + 2])


def _one_line_more(
    ways: dict[int, tuple[float, tuple[int, ...]]], page: _Page
) -> dict[int, tuple[float, tuple[int, ...]]]:
    """From the cheapest way to each place, where lines end so far, to the cheapest way with another line."""
    longer: dict[int, tuple[float, tuple[int, ...]]] = {}
    for first, (cost, places) in ways.items():
        for end, line_cost in page.lines_from(first):
            total = cost + line_cost
            if end not in longer or total < longer[end][0]:
                longer[end] = (total, (*places, end))
    return longer
