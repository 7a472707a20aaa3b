"""Units: what no line may part. A word where a script puts spaces between words, else the smallest piece heard.

In Chinese, Japanese, Thai and their like a model's "words" are pieces of one or two signs; a line may end between any
two of them, but not before a mark that belongs to the sign in front of it, and not inside a Latin word among them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from kinolog.common.subtitles.cue import one_line
from kinolog.common.subtitles.scripts import is_unspaced, may_part
from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.reading.layout import Layout
from kinolog.transcribe.domain.transcript import Segment, SpokenWord


@dataclass(frozen=True)
class Unit:
    """`space` says whether one stands before it within a line, `begins_segment` that the model began anew with it."""

    words: tuple[SpokenWord, ...]
    text: str
    space: bool
    begins_segment: bool

    @cached_property
    def start(self) -> float:
        return min(word.start for word in self.words)

    @cached_property
    def end(self) -> float:
        return max(word.end for word in self.words)

    @cached_property
    def columns(self) -> int:
        return columns_of(self.text)


def units_of(segment: Segment, layout: Layout) -> Iterator[Unit]:
    """In order. Words that are blank once control characters are gone are left out."""
    group: list[SpokenWord] = []
    before: SpokenWord | None = None
    for word in segment.words:
        if not one_line(word.text):
            continue
        if group and not _belongs(group, word, layout):
            yield _unit(group, before)
            group, before = [], group[-1]
        group.append(word)
    if group:
        yield _unit(group, before)


def line_of(units: Sequence[Unit]) -> str:
    return "".join(chain.from_iterable((" " if unit.space else "", unit.text) for unit in units)).strip()


def _unit(words: Sequence[SpokenWord], before: SpokenWord | None) -> Unit:
    """Whisper's segments may begin without the space that belongs before their first word."""
    text = _text(words)
    has_space = words[0].text[0].isspace() or (
        not is_unspaced(text[0]) if before is None else before.text[-1].isspace()
    )
    return Unit(tuple(words), text, has_space, begins_segment=before is None)


def _text(words: Iterable[SpokenWord]) -> str:
    return one_line("".join(word.text for word in words))


def _belongs(group: Sequence[SpokenWord], word: SpokenWord, layout: Layout) -> bool:
    """A unit that would overflow a line or last too long is not held together."""
    return (
        len(group) < layout.line_characters
        and _is_glued(group[-1].text, word.text)
        and word.start - group[-1].end < layout.pause_seconds
        and word.end - group[0].start <= layout.max_seconds
        and columns_of(_text([*group, word])) <= layout.line_characters
    )


def _is_glued(before: str, after: str) -> bool:
    last, first = before[-1], after[0]
    return not (last.isspace() or first.isspace() or may_part(last, first))
