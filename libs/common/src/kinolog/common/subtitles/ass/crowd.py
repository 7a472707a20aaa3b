"""Cues that show at the same time. libass moves them apart, but leaves what changes while it is shown where it is, over
others: there, each word that is singled out has an event of its own.
"""

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from typing import Final

from kinolog.common.subtitles.ass.effects import Brush, Shot
from kinolog.common.subtitles.ass.notation import hundredths
from kinolog.common.subtitles.ass.words import Group
from kinolog.common.subtitles.cue import Cue

# Every event repeats the text, so a long one would become a script of its length squared.
_MOST_WORDS: Final = 15


def crowded(cues: Sequence[Cue]) -> Set[int]:
    """The places of the cues that are not alone."""
    found, latest = set[int](), -1
    for place in sorted(range(len(cues)), key=lambda place: cues[place].start):
        if latest >= 0 and hundredths(cues[place].start) < hundredths(cues[latest].end):
            found |= {place, latest}
        if latest < 0 or cues[place].end > cues[latest].end:
            latest = place
    return found


def in_turn(group: Group, brush: Brush) -> Iterator[Shot]:
    """The group with one word after the other singled out, or all of it at rest where that would be too much."""
    if len(group.words) > _MOST_WORDS:
        yield Shot(group.start, group.end, brush.framed(_singled_out(group, -1, brush)))
        return
    moments = [group.start, *(max(word.start, group.start) for word in group.words), group.end]
    for active, (start, end) in enumerate(pairwise(moments), start=-1):
        if hundredths(start) < hundredths(end):
            yield Shot(start, end, brush.framed(_singled_out(group, active, brush)))


def _singled_out(group: Group, active: int, brush: Brush) -> Iterator[str]:
    for place, word in enumerate(group.words):
        text = brush.text(word.text)
        yield brush.text(word.blank) + (f"{{{brush.active}}}{text}{brush.reset}" if place == active else text)
