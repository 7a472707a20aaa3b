"""Where in a cue the words are that were asked for: by character, and by time where its words have times."""

from collections.abc import Iterable, Sequence

from kinolog.catalog.domain.speech import tokens_of
from kinolog.catalog.domain.speech_query import Term
from kinolog.common.queries import SpokenWord


def highlights(text: str, terms: Iterable[Term]) -> list[tuple[int, int]]:
    """Ranges of characters, from the first up to and without the last, in order; ranges that touch are one."""
    tokens = tokens_of(text)
    ranges: list[tuple[int, int]] = []
    for place in _places([token.word for token in tokens], terms):
        start, end = tokens[place].start, tokens[place].end
        if ranges and start <= ranges[-1][1]:
            start, end = ranges.pop()[0], max(end, start)
        ranges.append((start, end))
    return ranges


def words_said(words: Sequence[SpokenWord], terms: Iterable[Term]) -> list[SpokenWord]:
    """Those of a cue's timed words that were asked for."""
    owned = [(token.word, owner) for owner, word in enumerate(words) for token in tokens_of(word.text)]
    owners = {owned[place][1] for place in _places([word for word, _ in owned], terms)}
    return [words[owner] for owner in sorted(owners)]


def _places(words: Sequence[str], terms: Iterable[Term]) -> list[int]:
    """Which of the words are part of a term that is there as a whole."""
    places: set[int] = set()
    for term in terms:
        length = len(term.words)
        for start in range(len(words) - length + 1):
            if _is_at(term, words[start : start + length]):
                places.update(range(start, start + length))
    return sorted(places)


def _is_at(term: Term, words: Sequence[str]) -> bool:
    *others, last = term.words
    return list(words[:-1]) == others and (words[-1].startswith(last) if term.is_prefix else words[-1] == last)
