"""What a font file says of itself, as libass will see it."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont, TTLibError

from kinolog.common.errors import PermanentError
from kinolog.render.domain.font import Font

_FAMILY: Final = 1
_MICROSOFT: Final = (3, 1)
# The characters of one with Chinese take some 6 MB.
_MOST_REMEMBERED: Final = 64


@lru_cache(_MOST_REMEMBERED)
def look_into_once(path: Path) -> Font:
    """As `look_into`, of a file that stays where and what it is."""
    return look_into(path)


def look_into(path: Path) -> Font:
    """Takes some ten milliseconds. Raises PermanentError for a file that is no font."""
    try:
        return _parsed(path)
    except TTLibError as error:
        message = f"The font file {path.name} cannot be read: take it out of KINOLOG_RENDER_FONTS_DIR or replace it."
        raise PermanentError("font_unreadable", message, detail=str(error)) from error


@lru_cache(_MOST_REMEMBERED)
def widths_of(path: Path) -> Mapping[str, float]:
    """How far each character of a font moves the next one, in pixels, when libass draws it in the size 1."""
    with TTFont(path, lazy=True) as font:
        height, advances = _line_height(font), font["hmtx"].metrics
        return {chr(code): advances[name][0] / height for code, name in (font.getBestCmap() or {}).items()}


def _line_height(font: TTFont) -> int:
    """What libass takes for the size of a font: the height that Windows has for its lines, where it has any."""
    system, plain = font.get("OS/2"), font["hhea"]
    on_windows = system.usWinAscent + system.usWinDescent if system else 0
    return int(on_windows or plain.ascent - plain.descent or font["head"].unitsPerEm)


def _parsed(path: Path) -> Font:
    with path.open("rb") as file, TTFont(file, lazy=True) as font:
        characters = frozenset(map(chr, font.getBestCmap() or ()))
        digest = sha256(path.read_bytes()).hexdigest()
        return Font(path, _family(font) or path.stem, characters, digest)


def _family(font: TTFont) -> str | None:
    """libass finds a font by this name, and not by that of a typographic family such as "Studio" of "Studio Light"."""
    name = font["name"].getName(_FAMILY, *_MICROSOFT)
    return str(name) if name is not None else font["name"].getBestFamilyName()
