"""Text in whatever encoding somebody's program once wrote it."""

import codecs
from typing import Final

from charset_normalizer import from_bytes

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and the name of the encoding: the one that a mark at the beginning tells, UTF-8, or else a guess.

    Raises ValueError for what is no text.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding), encoding
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        guess = from_bytes(content).best()
    if guess is None:
        raise ValueError("the text is in no encoding that can be told: save it in UTF-8")
    return str(guess), guess.encoding
