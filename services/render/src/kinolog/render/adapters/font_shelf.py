"""The fonts that captions are drawn with: those that come with Kinolog, those an operator adds, those people upload.

libass and fontconfig are shown what a text needs of these alone, so a burn looks the same on every machine.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import fontpkg

from kinolog.common.fonts import SHIPPED_FONTS, UploadedFont
from kinolog.render.adapters.font_cache import FontCache
from kinolog.render.adapters.font_file import look_into_once
from kinolog.render.domain.font import Font, FontSet, Uploads, drawn_characters, family_for, refuse_missing

_SUFFIXES: Final = frozenset({".ttf", ".otf"})


@dataclass(frozen=True, slots=True)
class FontShelf:
    """New files in `extra_folder` are seen at the next job."""

    extra_folder: Path | None = None
    cache: FontCache = field(default_factory=FontCache)

    def fonts(self) -> tuple[Font, ...]:
        """Those that need not be fetched. Raises PermanentError for a file that is no font."""
        return tuple(look_into_once(path) for path in (*_shipped(), *self._extra()))

    async def gather(self, name: str, texts: Iterable[str], uploads: Uploads, folder: Path) -> FontSet:
        """All that it takes to draw the texts in the font of that name; what was uploaded comes into `folder`.

        Raises PermanentError for a font that is not there, and for characters that no font has.
        """
        there: tuple[Font | UploadedFont, ...] = (*await asyncio.to_thread(self.fonts), *uploads.fonts)
        family = family_for(name, (font.family for font in there))
        fonts = [await self._at_hand(font, uploads, folder) for font in there if font.family == family]
        missing = drawn_characters(texts).difference(*(font.characters for font in fonts))
        for other in there:
            if missing and other.family != family:
                font = await self._at_hand(other, uploads, folder)
                fonts += [font] if missing & font.characters else []
                missing -= font.characters
        refuse_missing(missing)
        return FontSet(family, tuple(fonts))

    async def _at_hand(self, font: Font | UploadedFont, uploads: Uploads, folder: Path) -> Font:
        return font if isinstance(font, Font) else await self.cache.fetch(font, uploads.stream, folder)

    def _extra(self) -> list[Path]:
        if self.extra_folder is None:
            return []
        return sorted(path for path in self.extra_folder.rglob("*") if path.suffix.lower() in _SUFFIXES)


def _shipped() -> Iterator[Path]:
    for family in SHIPPED_FONTS:
        yield from (file.path for file in fontpkg.family(family).files)
