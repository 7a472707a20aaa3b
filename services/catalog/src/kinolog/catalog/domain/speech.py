"""From text to the words by which speech is searched, the same for what was said and for what is asked.

Databases differ in what they hold to be a word or the same letter, so neither is asked: they get words of ours.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

MOST_TOKENS: Final = 2_000
"""What is beyond these in one text is not found; a cue that people can read has twenty."""

_LONGEST_TOKEN: Final = 64
_WORDS_KEPT: Final = 20_000

_ASCII_WORD: Final = re.compile("[A-Za-z0-9]+")
_WORD, _LONE, _GAP = "w", "l", " "
_RUN: Final = re.compile(f"{_WORD}+|{_LONE}")

# Scripts without spaces between words: each character is a word of its own, and a word of several is a phrase.
_LONE_CHARACTERS: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai and Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u312f\u31f0-\u31ff"  # kana, bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # Chinese characters
)
# Letters with a stroke and the like, which Unicode holds to be no accents.
_PLAIN_LETTERS: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"}
)
_LAST_CODE_KEPT: Final = 0xFFFF


class Token(NamedTuple):
    """One word as it is compared, and which characters of the text it stands for."""

    word: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """The words of a text in order, at most `MOST_TOKENS`; none where it has neither a letter nor a digit."""
    if text.isascii():  # Often, and ten times as fast.
        found = ((match[0].lower(), *match.span()) for match in _ASCII_WORD.finditer(text))
        return [Token(word[:_LONGEST_TOKEN], start, end) for word, start, end in islice(found, MOST_TOKENS)]
    runs = (match.span() for match in _RUN.finditer(text.translate(_KINDS)))
    return list(islice((Token(word, *run) for run in runs for word in _words_of(text[slice(*run)])), MOST_TOKENS))


def is_lone(word: str) -> bool:
    """Whether it is one character of a script that has no spaces between words."""
    return bool(_LONE_CHARACTERS.fullmatch(word))


@lru_cache(_WORDS_KEPT)
def _words_of(run: str) -> tuple[str, ...]:
    """Nearly always one: but a ligature may stand for several."""
    folded = _folded(run)
    return tuple(folded[slice(*match.span())][:_LONGEST_TOKEN] for match in _RUN.finditer(folded.translate(_KINDS)))


def _folded(text: str) -> str:
    """Without case, accents and the differences that are but of form, such as the width of a letter."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(character for character in decomposed if not _is_accent(character))
    return unicodedata.normalize("NFC", plain).translate(_PLAIN_LETTERS)


def _is_accent(character: str) -> bool:
    """By the combining class: the points of Hebrew and Arabic, and what stands above or below letters anywhere.

    Others make another sound of a letter, as in Thai, Hindi and Japanese: か is not が.
    """
    combining = unicodedata.combining(character)
    return 10 <= combining <= 36 or combining >= 200


class _Kinds(dict[int, str]):
    """For `str.translate`: which characters make up words, so that a regular expression can find them all."""

    def __missing__(self, code: int) -> str:
        kind = _kind_of(chr(code))
        if code <= _LAST_CODE_KEPT:
            self[code] = kind
        return kind


def _kind_of(character: str) -> str:
    if unicodedata.category(character)[0] not in "LNM":
        return _GAP
    return _LONE if is_lone(character) else _WORD


_KINDS: Final = _Kinds()
