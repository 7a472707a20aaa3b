"""The words of a cue as they are shown, each with the time in which it is said."""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple, TypeAlias

from kinolog.common.subtitles.ass.notation import hundredths
from kinolog.common.subtitles.cue import Cue
from kinolog.common.subtitles.spoken import spoken_text

_WORDS: Final = re.compile(r"(\s*)(\S+)")

_Times: TypeAlias = tuple[float, float]


class ShownWord(NamedTuple):
    """`blank` is what stands before it: a space, a new line, or nothing. Times are seconds within those of the cue."""

    blank: str
    text: str
    start: float
    end: float


class Group(NamedTuple):
    """Words that are shown together, from `start` to `end` in seconds."""

    start: float
    end: float
    words: tuple[ShownWord, ...]

    @property
    def text(self) -> str:
        return "".join(f"{word.blank}{word.text}" for word in self.words)


class ShownWords(NamedTuple):
    words: tuple[ShownWord, ...]
    are_estimated: bool


def shown_words(cue: Cue) -> ShownWords:
    """As many words as have times are taken for those, spelled otherwise. Else the cue's time is shared by length."""
    spoken = spoken_text(cue)
    texts = _WORDS.findall(cue.text) if spoken is None else _blanks_first(spoken)
    if len(texts) == len(cue.words):
        return ShownWords(_timed(texts, [(word.start, word.end) for word in cue.words], cue), are_estimated=False)
    return ShownWords(_timed(texts, _shares([len(text) for _, text in texts], cue), cue), are_estimated=True)


def groups(cue: Cue, words: Sequence[ShownWord], most: int) -> list[Group]:
    """Groups of like size, of `most` words, one after the other without a gap. Several are of one line each."""
    count = -(-len(words) // most)
    if count == 1:
        return [Group(cue.start, cue.end, tuple(words))]
    firsts = [number * len(words) // count for number in range(count)]
    parts = _long_enough([words[first:after] for first, after in pairwise([*firsts, len(words)])], cue)
    starts = [cue.start, *(part[0].start for part in parts[1:]), cue.end]
    return [Group(start, end, _in_one_line(part)) for part, (start, end) in zip(parts, pairwise(starts), strict=True)]


def _long_enough(parts: Iterable[Sequence[ShownWord]], cue: Cue) -> list[Sequence[ShownWord]]:
    """Words that would be over as soon as they begin are shown with others."""
    joined: list[Sequence[ShownWord]] = []
    begun = hundredths(cue.start)
    for part in parts:
        start = hundredths(part[0].start)
        if joined and (start <= begun or start >= hundredths(cue.end)):
            joined[-1] = [*joined[-1], *part]
        else:
            joined.append(part)
            begun = max(begun, start)
    return joined


def _in_one_line(words: Sequence[ShownWord]) -> tuple[ShownWord, ...]:
    return words[0]._replace(blank=""), *(word._replace(blank=word.blank and " ") for word in words[1:])


def _blanks_first(parts: Sequence[str]) -> list[tuple[str, str]]:
    """Parts that end with a blank, as pairs of the blank before a text, and the text."""
    texts = [part.rstrip() for part in parts]
    blanks = ["", *(part[len(text) :] for part, text in zip(parts, texts, strict=True))]
    return list(zip(blanks, texts, strict=False))


def _timed(texts: Sequence[tuple[str, str]], times: Sequence[_Times], cue: Cue) -> tuple[ShownWord, ...]:
    """In order, and within the cue, whatever the times are."""
    starts = list(accumulate((min(max(start, cue.start), cue.end) for start, _ in times), max))
    ends = (
        min(max(end, start), after)
        for (_, end), (start, after) in zip(times, pairwise([*starts, cue.end]), strict=True)
    )
    return tuple(ShownWord(*text, start, end) for text, start, end in zip(texts, starts, ends, strict=True))


def _shares(lengths: Sequence[int], cue: Cue) -> list[_Times]:
    second = (cue.end - cue.start) / max(1, sum(lengths))
    moments = [cue.start + length * second for length in accumulate(lengths, initial=0)]
    return list(pairwise(moments))
