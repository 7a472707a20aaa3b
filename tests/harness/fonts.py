"""Fonts made for tests: every letter is a filled box as high as the line, which no other font has."""

import io
import string
from collections.abc import Iterable
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

_EM = 1_000
# Seconds since 1904, as the table `head` counts them.
_MADE_AT = 3_800_000_000


def make_font(
    family: str = "Boxes",
    style: str = "Regular",
    characters: Iterable[str] = string.ascii_letters,
    *,
    is_cff: bool = False,
    weight: int = 400,
    fs_type: int = 0,
    **os2: Any,
) -> bytes:
    """The file. `os2` are fields of the table OS/2."""
    names = {character: f"uni{ord(character):04X}" for character in characters}
    glyphs = [".notdef", *names.values()]
    font = FontBuilder(_EM, isTTF=not is_cff)
    font.setupGlyphOrder(glyphs)
    font.setupCharacterMap({ord(character): name for character, name in names.items()})
    if is_cff:
        charstrings = {name: _drawn(T2CharStringPen(_EM, None)).getCharString() for name in glyphs}
        font.setupCFF("Boxes", {"FullName": "Boxes"}, charstrings, {})
    else:
        font.setupGlyf({name: _drawn(TTGlyphPen(None)).glyph() for name in glyphs})
    font.setupHorizontalMetrics(dict.fromkeys(glyphs, (_EM, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({**_names(family, style), "copyright": "Nobody's"}, mac=False)
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWeightClass=weight, fsType=fs_type, **os2)
    font.setupPost()
    file = io.BytesIO()
    font.font.recalcTimestamp = False
    font.font["head"].created = font.font["head"].modified = _MADE_AT
    font.save(file)
    return file.getvalue()


def _names(family: str, style: str) -> dict[str, str]:
    """As families of many weights have it: old programs see each of these as a family of its own."""
    if style in ("Regular", "Bold", "Italic", "Bold Italic"):
        return {"familyName": family, "styleName": style}
    typographic = {"typographicFamily": family, "typographicSubfamily": style}
    return {"familyName": f"{family} {style}", "styleName": "Regular", **typographic}


def _drawn(pen: Any) -> Any:
    corners = ((0, -200), (0, 800), (_EM, 800), (_EM, -200))
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()
    return pen
