"""Fonts: which family stands for a name, and whether a text can be drawn at all. Nothing is replaced in silence."""

import unicodedata
from collections.abc import AsyncIterator, Callable, Iterable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.fonts import STAND_INS, UploadedFont

# Control characters, joiners, blanks and variation selectors are not drawn.
_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_INVISIBLE: Final = frozenset(map(chr, range(0xFE00, 0xFE10)))
_SHOWN_CHARACTERS: Final = 10

StreamBlob = Callable[[BlobRef], AsyncIterator[bytes]]


async def _no_blobs(blob: BlobRef) -> AsyncIterator[bytes]:
    raise BlobMissing(blob.sha256)
    yield b""


@dataclass(frozen=True, slots=True)
class Font:
    path: Path
    family: str
    characters: frozenset[str]
    sha256: str


@dataclass(frozen=True, slots=True)
class Uploads:
    """The fonts that people added, and what gives the bytes of one; by default there are none."""

    fonts: tuple[UploadedFont, ...] = ()
    stream: StreamBlob = _no_blobs


NO_UPLOADS: Final = Uploads()


@dataclass(frozen=True, slots=True)
class FontSet:
    """The files that a text is drawn with: those of its family, then those for characters that it lacks."""

    family: str
    fonts: tuple[Font, ...]


def family_for(name: str, available: Iterable[str]) -> str:
    """The family that is drawn for a name: itself where it is there, else its stand-in. Raises PermanentError."""
    families = {family.casefold(): family for family in available}
    names = {
        asked.casefold(): family for asked, family in STAND_INS.items() if family.casefold() in families
    } | families
    if name.casefold() not in names:
        known = ", ".join(sorted({*families.values(), *(asked for asked in STAND_INS if asked.casefold() in names)}))
        raise PermanentError("font_missing", f"style.fontName: there is no font '{name}'; there are {known}.")
    return names[name.casefold()]


def drawn_characters(texts: Iterable[str]) -> set[str]:
    """Those that leave something to be seen."""
    return {character for text in texts for character in text if _is_drawn(character)}


def refuse_missing(characters: Set[str]) -> None:
    """Raises PermanentError for characters that no font has: they would come out as empty boxes."""
    if characters:
        missing = sorted(characters)
        shown = " ".join(missing[:_SHOWN_CHARACTERS]) + (" …" if len(missing) > _SHOWN_CHARACTERS else "")
        message = f"No font has these characters of the caption: {shown}. Upload one that has by POST /v1/fonts."
        raise PermanentError("font_missing", message)


def _is_drawn(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _INVISIBLE
