"""File names that strangers chose: made harmless when they come in, and quoted when they go out in a header."""

import unicodedata
from typing import Final
from urllib.parse import quote

LONGEST_BYTES: Final = 200
FALLBACK: Final = "video"

_FORBIDDEN: Final = frozenset('/\\:*?"<>|')


def clean_filename(name: str | None) -> str:
    """The last part of whatever path was sent, without anything that a file system, a shell or a header minds.

    Nothing is ever stored under this name; it is only shown, and offered when the file is downloaded.
    """
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    plain = "".join(character for character in unicodedata.normalize("NFC", last) if _is_harmless(character))
    return _shorten(plain.strip().lstrip(".-").strip()) or FALLBACK


def content_disposition(kind: str, filename: str) -> str:
    """`inline` or `attachment`, with an ASCII name for old programs and the true one as RFC 6266 has it."""
    safe = clean_filename(filename)
    ascii_name = "".join(character if character.isascii() and character not in ";%" else "_" for character in safe)
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _is_harmless(character: str) -> bool:
    return character not in _FORBIDDEN and not unicodedata.category(character).startswith("C")


def _shorten(name: str) -> str:
    """At most `LONGEST_BYTES` in UTF-8, keeping the extension."""
    if len(name.encode()) <= LONGEST_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = f"{dot}{extension}" if stem and len(extension.encode()) <= 16 else ""
    kept = (stem if ending else name).encode()[: LONGEST_BYTES - len(ending.encode())]
    return kept.decode(errors="ignore") + ending
