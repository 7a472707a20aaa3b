"""The rules of captions: how the words somebody spoke become lines that can be read in time."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kinolog.common.subtitles import Cue, Word
from kinolog.transcribe.domain.transcript import Segment, SpokenWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a reader can take in at once."""

    line_characters: int = 42
    lines: int = 2
    max_seconds: float = 7.0
    pause_seconds: float = 1.0

    def holds(self, words: Sequence[SpokenWord]) -> bool:
        """Whether these words can stand in the picture together."""
        lasts = words[-1].end - words[0].start
        has_pause = any(after.start - before.end >= self.pause_seconds for before, after in pairwise(words))
        return lasts <= self.max_seconds and not has_pause and len(_wrapped(words, self.line_characters)) <= self.lines


def cues_of(segments: Iterable[Segment], layout: Layout, *, with_words: bool) -> tuple[Cue, ...]:
    """Captions in order. No caption spans two segments, and words are never cut."""
    return tuple(
        _cue(words, layout, with_words=with_words) for segment in segments for words in _readable(segment.words, layout)
    )


def _readable(words: Iterable[SpokenWord], layout: Layout) -> Iterator[list[SpokenWord]]:
    """Groups of words, each as long as the layout allows."""
    group: list[SpokenWord] = []
    for word in words:
        if group and not layout.holds([*group, word]):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _cue(words: Sequence[SpokenWord], layout: Layout, *, with_words: bool) -> Cue:
    return Cue(
        start=words[0].start,
        end=words[-1].end,
        text="\n".join(_balanced(words, layout.line_characters)),
        words=tuple(_timed(word) for word in words) if with_words else (),
    )


def _balanced(words: Sequence[SpokenWord], line_characters: int) -> list[str]:
    """As few lines as possible, and among those the ones of the most equal length."""
    lines = _wrapped(words, line_characters)
    while line_characters > 1 and len(narrower := _wrapped(words, line_characters - 1)) == len(lines):
        lines, line_characters = narrower, line_characters - 1
    return lines


def _wrapped(words: Sequence[SpokenWord], line_characters: int) -> list[str]:
    text = "".join(word.text for word in words).strip()
    return textwrap.wrap(text, line_characters, break_on_hyphens=False)


def _timed(word: SpokenWord) -> Word:
    return Word(text=word.text, start=word.start, end=word.end, probability=word.probability)
