"""How the words of a cue lie in its text, for the formats that time words within the text."""

from collections.abc import Sequence
from typing import TypeAlias

from kinolog.common.subtitles.cue import Cue, Word, clean_text

Piece: TypeAlias = tuple[float, str]
"""Text, and the second from which on it is said: until the next piece, or the end of the cue."""


def spoken_text(cue: Cue) -> tuple[str, ...] | None:
    """The text, cut in front of each word, so that the parts put together are the text.

    None where the words are not those of the text, as after an edit: then nobody knows when it is said.
    """
    begins, place = list[int](), 0
    for word in cue.words:
        begin = place + len(cue.text[place:]) - len(cue.text[place:].lstrip())
        if not cue.text.startswith(word.text, begin) or len(word.text.split()) != 1:
            return None
        begins.append(begin)
        place = begin + len(word.text)
    if not begins or cue.text[place:].strip():
        return None
    return tuple(cue.text[begin:end] for begin, end in zip(begins, [*begins[1:], None], strict=True))


def words_of(pieces: Sequence[Piece], end: float) -> tuple[Word, ...]:
    """The words of a cue that ends at `end`; pieces of nothing are pauses.

    None at all where the times do not rise, or a piece is of several words: which of them is said when, nobody knows.
    """
    moments = [*(start for start, _ in pieces), end]
    if moments != sorted(moments):
        return ()
    timed = zip(pieces, moments[1:], strict=True)
    words = tuple(
        Word(start=start, end=until, text=said) for (start, text), until in timed if (said := clean_text(text))
    )
    return words if all(len(word.text.split()) == 1 for word in words) else ()
