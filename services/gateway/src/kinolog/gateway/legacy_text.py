"""Text in whatever encoding somebody's program once wrote it."""

import codecs
from contextlib import suppress
from typing import Final

from charset_normalizer import from_bytes

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Guessing tries dozens of encodings on all that it is shown.
_SAMPLE_BYTES: Final = 64 * 1024
_CLEARLY: Final = 4


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and the name of the encoding: the one that a mark at the beginning tells, UTF-8, or else a guess.

    Raises ValueError for what is no text.
    """
    encoding = _marked(content) or _wide(content) or "utf-8"
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise ValueError(f"it is not the {encoding.upper()} that it begins as: save it in UTF-8") from error
    return _guessed(content)


def _guessed(content: bytes) -> tuple[str, str]:
    if guess := from_bytes(_sample(content)).best():
        with suppress(UnicodeDecodeError):
            return content.decode(guess.encoding), guess.encoding
    raise ValueError("the text is in no encoding that can be told: save it in UTF-8")


def _marked(content: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of its digits and line ends is zero. No other text holds a zero byte."""
    sample = content[:_SAMPLE_BYTES]
    first, second = sample[::2].count(0), sample[1::2].count(0)
    if first + second == 0:
        return None
    if second > _CLEARLY * first:
        return "utf-16-le"
    if first > _CLEARLY * second:
        return "utf-16-be"
    raise ValueError("it is no text: it holds zero bytes")


def _sample(content: bytes) -> bytes:
    """Lines that are not ASCII, since the others say nothing of the encoding."""
    telling = b"\n".join(line for line in content.splitlines() if not line.isascii())
    if len(telling) <= _SAMPLE_BYTES:
        return telling
    return telling[:_SAMPLE_BYTES].rpartition(b"\n")[0] or telling[:_SAMPLE_BYTES]
