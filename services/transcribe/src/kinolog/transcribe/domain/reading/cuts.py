"""Where one caption ends and the next begins: the cheapest way through all of a run's units.

A run is speech without a pause. The cost of a caption is the sum of
- what `sense` says about its end, the less the longer the speaker pauses there;
- `CAPTION`, so that text is not chopped up;
- `SWALLOWED` for each sentence that ends within it;
- `LONE` where it is a single unit and no sentence;
- `TORN_LINE` where it needs two lines, and the first would have to end with a word that belongs to the next;
- `MISSING_SECOND` for each second that it would have to be shown longer to be read in time;
- `FULL` times the square of how full it is, so that neighbours are of like length.

Only captions that fit the layout are weighed, so that the work grows with the number of words and not with its square.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf
from typing import Final, NamedTuple

from kinolog.transcribe.domain.reading.layout import Layout
from kinolog.transcribe.domain.reading.particles import Particles
from kinolog.transcribe.domain.reading.sense import TORN, break_cost, ends_sentence
from kinolog.transcribe.domain.reading.units import Unit

CAPTION: Final = 3.0
SWALLOWED: Final = 4.0
LONE: Final = 10.0
TORN_LINE: Final = 10.0
MISSING_SECOND: Final = 6.0
FULL: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`break_costs` are those of an end in front of each unit, `sentence_ends` whether each ends one.

    `starts` has one more than `units`: when somebody speaks again. `text_starts` and `text_ends` are columns, if all
    stood in one line.
    """

    units: Sequence[Unit]
    break_costs: Sequence[float]
    sentence_ends: Sequence[bool]
    starts: Sequence[float]
    text_starts: Sequence[int]
    text_ends: Sequence[int]

    def is_sentence(self, place: int) -> bool:
        """Whether that unit is a whole one."""
        return self.sentence_ends[place] and (place == 0 or self.sentence_ends[place - 1])


def run_of(units: Sequence[Unit], followed_at: float, particles: Particles) -> Run:
    text_ends = list(accumulate(unit.space + unit.columns for unit in units))
    return Run(
        units=units,
        break_costs=[0.0, *(break_cost(before, after, particles) for before, after in pairwise(units)), 0.0],
        sentence_ends=[*(ends_sentence(before, after) for before, after in pairwise(units)), True],
        starts=[*(unit.start for unit in units), followed_at],
        text_starts=[end - unit.columns for end, unit in zip(text_ends, units, strict=True)],
        text_ends=text_ends,
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
    """A possible caption, from unit `first` to the one before `after`: when its last word ends, how many lines it needs
    and sentences end within it.
    """

    first: int
    after: int
    end: float
    lines: int
    swallowed: int


def _spans(run: Run, first: int, layout: Layout) -> Iterator[_Span]:
    """All that fit the layout, longer and longer. A single unit does, whatever its size."""
    latest, line_start, lines = run.starts[first] + layout.max_seconds, run.text_starts[first], 1
    swallowed, end = 0, 0.0
    for place in range(first, len(run.units)):
        end = max(end, run.units[place].end)
        if place > first and run.text_ends[place] - line_start > layout.line_characters:
            lines, line_start = lines + 1, run.text_starts[place]
        if (lines > layout.lines or end > latest) and place > first:
            return
        yield _Span(first, place + 1, end, lines, swallowed)
        swallowed += run.sentence_ends[place]


def _cost(run: Run, span: _Span, layout: Layout) -> float:
    first, after = span.first, span.after
    columns = run.text_ends[after - 1] - run.text_starts[first]
    is_lone = after - first == 1 and not run.is_sentence(first)
    room_until = max(span.end, run.starts[after] - layout.min_gap_seconds)
    missing_seconds = run.starts[first] + layout.seconds_to_read(columns) - room_until
    pause = (run.starts[after] - span.end) / layout.pause_seconds
    return (
        CAPTION
        + SWALLOWED * span.swallowed
        + LONE * is_lone
        + FULL * (columns / (layout.lines * layout.line_characters)) ** 2
        + MISSING_SECOND * max(0.0, missing_seconds)
        + run.break_costs[after] * (1 - min(1.0, max(0.0, pause)))
        + TORN_LINE * (span.lines == 2 and _cheapest_line_end(run, span, layout.line_characters) >= TORN)
    )


def _cheapest_line_end(run: Run, span: _Span, line_characters: int) -> float:
    """0 where a word is too wide for either line."""
    earliest = bisect_left(run.text_starts, run.text_ends[span.after - 1] - line_characters, span.first + 1, span.after)
    latest = bisect_right(run.text_ends, run.text_starts[span.first] + line_characters, earliest, span.after)
    return min(run.break_costs[earliest : latest + 1], default=0.0)
