"""What somebody wants to find in speech. No character of it reaches a database but the letters and digits of words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kinolog.catalog.domain.speech import is_lone, tokens_of
from kinolog.common.errors import Refused

MOST_TERMS: Final = 16
_SHORTEST_PREFIX: Final = 2

_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_TERM: Final = re.compile(r'"(?P<phrase>[^"]*)(?:"(?P<star>\*)?)?|(?P<bare>[^\s"]+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other. `is_prefix`: the last of them is only how a word begins."""

    words: tuple[str, ...]
    is_prefix: bool = False


def terms_of(query: str) -> tuple[Term, ...]:
    """All of them must be in one cue. Raises Refused where nothing is asked for, or too much."""
    terms = tuple(dict.fromkeys(_terms(query.translate(_QUOTES))))
    if not terms:
        raise _refused("give at least one word: there is no letter or digit in it")
    if len(terms) > MOST_TERMS:
        raise _refused(f"give at most {MOST_TERMS} words or phrases")
    return terms


def _terms(query: str) -> Iterator[Term]:
    for match in _TERM.finditer(query):
        text = match["bare"] or match["phrase"] or ""
        words = tuple(token.word for token in tokens_of(text))
        if words:
            yield _term(words, is_prefix=bool(match["star"] or (match["bare"] or "").endswith("*")))


def _term(words: tuple[str, ...], *, is_prefix: bool) -> Term:
    if not is_prefix or is_lone(words[-1]):
        return Term(words)
    if len(words[-1]) < _SHORTEST_PREFIX:
        raise _refused(f"give at least {_SHORTEST_PREFIX} characters before the *")
    return Term(words, is_prefix=True)


def _refused(fix: str) -> Refused:
    return Refused("validation", f"q: {fix}", field="q")
