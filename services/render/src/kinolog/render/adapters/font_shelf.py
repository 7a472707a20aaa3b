"""The fonts that captions are drawn with: those that come with Kinolog, and those an operator adds.

libass and fontconfig are shown these alone, so a burn looks the same on every machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import fontpkg
from fontTools.ttLib import TTFont, TTLibError

from kinolog.common.errors import PermanentError

SHIPPED_FAMILIES: Final = ("Archivo Black", "Arimo", "Anton", "Noto Sans")
_SUFFIXES: Final = frozenset({".ttf", ".otf"})


@dataclass(frozen=True, slots=True)
class Font:
    path: Path
    family: str
    characters: frozenset[str]
    sha256: str


@dataclass(frozen=True, slots=True)
class FontShelf:
    """Reading a font takes some ten milliseconds, once; new files in `extra_folder` are seen at the next job.

    `fonts` raises PermanentError for a file that is no font.
    """

    extra_folder: Path | None = None

    def fonts(self) -> tuple[Font, ...]:
        return tuple(_read(path) for path in (*_shipped(), *self._extra()))

    def _extra(self) -> list[Path]:
        if self.extra_folder is None:
            return []
        return sorted(path for path in self.extra_folder.rglob("*") if path.suffix.lower() in _SUFFIXES)


def _shipped() -> Iterator[Path]:
    for family in SHIPPED_FAMILIES:
        yield from (file.path for file in fontpkg.family(family).files)


@cache
def _read(path: Path) -> Font:
    try:
        return _parsed(path)
    except TTLibError as error:
        message = f"The font file {path.name} cannot be read: take it out of KINOLOG_RENDER_FONTS_DIR or replace it."
        raise PermanentError("font_unreadable", message, detail=str(error)) from error


def _parsed(path: Path) -> Font:
    with path.open("rb") as file, TTFont(file, lazy=True) as font:
        characters = frozenset(map(chr, font.getBestCmap() or ()))
        digest = sha256(path.read_bytes()).hexdigest()
        return Font(path, str(font["name"].getBestFamilyName() or path.stem), characters, digest)
