"""What differs between two texts of a caption."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from kinolog.common.subtitles.cue import Cue


@dataclass(frozen=True, slots=True)
class CueDifference:
    """`before` and `after` are places and cues, from 0; None where a cue was added or removed."""

    before: tuple[int, Cue] | None
    after: tuple[int, Cue] | None


def differences(before: Sequence[Cue], after: Sequence[Cue]) -> Iterator[CueDifference]:
    """Cue by cue, in order. Cues that were only moved within the list count as removed and added."""
    matcher = SequenceMatcher(None, [_mark(cue) for cue in before], [_mark(cue) for cue in after], autojunk=False)
    for kind, first, first_end, second, second_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        old = [(place, before[place]) for place in range(first, first_end)]
        new = [(place, after[place]) for place in range(second, second_end)]
        yield from (CueDifference(*pair) for pair in zip_longest(old, new))


def _mark(cue: Cue) -> tuple[float, float, str]:
    return cue.start, cue.end, cue.text
