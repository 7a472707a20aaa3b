"""Where one caption ends and the next begins: the cheapest way through all of a run's units.

A run is speech without a pause. The cost of a caption is the sum of
- what `sense` says about its end, the less the longer the speaker pauses there;
- `CAPTION`, so that text is not chopped up;
- `SWALLOWED` for each sentence that ends within it;
- `LONE` where it is a single unit and no sentence;
- `MISSING_SECOND` for each second that it would have to be shown longer to be read in time;
- `FULL` times the square of how full it is, so that neighbours are of like length.

Only captions that fit the layout are weighed, so that the work grows with the number of words and not with its square.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from math import inf
from typing import Final, NamedTuple

from kinolog.transcribe.domain.reading.layout import Layout
from kinolog.transcribe.domain.reading.particles import Particles
from kinolog.transcribe.domain.reading.sense import break_cost, ends_sentence
from kinolog.transcribe.domain.reading.units import Unit

CAPTION: Final = 3.0
SWALLOWED: Final = 4.0
LONE: Final = 10.0
MISSING_SECOND: Final = 6.0
FULL: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`break_costs` are those of an end in front of each unit, `sentence_ends` whether each ends one.

    `starts` has one more than `units`: when somebody speaks again.
    """

    units: Sequence[Unit]
    break_costs: Sequence[float]
    sentence_ends: Sequence[bool]
    starts: Sequence[float]


def run_of(units: Sequence[Unit], followed_at: float, particles: Particles) -> Run:
    return Run(
        units=units,
        break_costs=[0.0, *(break_cost(before, after, particles) for before, after in pairwise(units)), 0.0],
        sentence_ends=[*(ends_sentence(before, after) for before, after in pairwise(units)), True],
        starts=[*(unit.start for unit in units), followed_at],
    )


def cuts(run: Run, layout: Layout) -> list[tuple[int, int]]:
    """The first unit of each caption and the one after its last."""
    costs = [0.0] + [inf] * len(run.units)
    came_from = [0] * len(costs)
    for first in range(len(run.units)):
        for span in _spans(run, first, layout):
            cost = costs[first] + _cost(run, span, layout)
            if cost < costs[span.after]:
                costs[span.after], came_from[span.after] = cost, first
    return _way_back(came_from)


def _way_back(came_from: Sequence[int]) -> list[tuple[int, int]]:
    ways, after = [], len(came_from) - 1
    while after:
        ways.append((came_from[after], after))
        after = came_from[after]
    return ways[::-1]


class _Span(NamedTuple):
    """A possible caption, from unit `first` to the one before `after`: when its last word ends, how many columns it
    has, and how many sentences end within it.
    """

    first: int
    after: int
    end: float
    columns: int
    swallowed: int


def _spans(run: Run, first: int, layout: Layout) -> Iterator[_Span]:
    """All that fit the layout, longer and longer. A single unit does, whatever its size."""
    latest = run.starts[first] + layout.max_seconds
    lines, line, columns, swallowed, end = 1, 0, 0, 0, 0.0
    for after, unit in enumerate(islice(run.units, first, None), first + 1):
        room = unit.columns + unit.space if columns else unit.columns
        columns, line, end = columns + room, line + room, max(end, unit.end)
        if line > layout.line_characters and line > room:
            lines, line = lines + 1, unit.columns
        if (lines > layout.lines or end > latest) and after > first + 1:
            return
        yield _Span(first, after, end, columns, swallowed)
        swallowed += run.sentence_ends[after - 1]


def _cost(run: Run, span: _Span, layout: Layout) -> float:
    start, followed_at = run.starts[span.first], run.starts[span.after]
    is_lone = span.after - span.first == 1 and not run.sentence_ends[span.first]
    fullness = span.columns / (layout.lines * layout.line_characters)
    missing_seconds = start + layout.seconds_to_read(span.columns) - max(span.end, followed_at - layout.min_gap_seconds)
    pause = (followed_at - span.end) / layout.pause_seconds
    return (
        CAPTION
        + SWALLOWED * span.swallowed
        + LONE * is_lone
        + FULL * fullness**2
        + MISSING_SECOND * max(0.0, missing_seconds)
        + run.break_costs[span.after] * (1 - min(1.0, max(0.0, pause)))
    )
