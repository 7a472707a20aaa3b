"""The child program that reads a font: `python -m kinolog.gateway.adapters.font_program PATH READY_PATH [FAMILY]`.

The font has been through the OpenType sanitiser. What is written has its outlines and what sets them, one name, and
nothing else. It answers with one line of JSON, as `kinolog.common.media.tell` says.
"""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from fontTools.ttLib import TTFont
from pydantic import TypeAdapter, ValidationError

from kinolog.common.media.facts import MediaRefused
from kinolog.common.media.tell import tell
from kinolog.common.style import FontName

_NAME: Final = TypeAdapter(FontName)
# Pictures in colour, bitmaps and signatures are not drawn; neither is what only a type designer's tool reads.
_KEPT: Final = frozenset(
    {
        *("cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post", "vhea", "vmtx", "VORG", "BASE", "kern"),
        *("glyf", "loca", "cvt ", "fpgm", "prep", "gasp", "CFF ", "CFF2", "GDEF", "GPOS", "GSUB"),
        *("fvar", "avar", "gvar", "cvar", "HVAR", "VVAR", "MVAR", "STAT"),
    }
)
# Copyright, version, trademark, licence and where to find it stay as they are; their numbers in the table `name`.
_KEPT_NAMES: Final = frozenset({0, 5, 7, 13, 14})
_FAMILY, _STYLE, _FULL, _POSTSCRIPT, _TYPOGRAPHIC_FAMILY, _TYPOGRAPHIC_STYLE = 1, 2, 4, 6, 16, 17
_MICROSOFT: Final = (3, 1, 0x409)
_RESTRICTED: Final = 2
_USAGE_BITS: Final = 0xF
_ITALIC: Final = 1


def main() -> None:
    path, ready_path, *family = sys.argv[1:]
    tell(partial(_make_ready, Path(path), Path(ready_path), *family))


def _make_ready(path: Path, ready_path: Path, family: str | None = None) -> dict[str, Any]:
    """What the font is, once it is written. Raises MediaRefused."""
    with TTFont(path, lazy=True) as font:
        _refuse_undrawable(font)
        face = _face(font, family)
    # Another reading: a table that nobody has looked into is copied as it is.
    with TTFont(path, lazy=True, recalcBBoxes=False, recalcTimestamp=False) as font:
        for tag in [tag for tag in font.keys() if tag != "GlyphOrder" and tag not in _KEPT]:  # noqa: SIM118
            del font[tag]
        _rename(font, face["family"], face["style"])
        font.save(ready_path)
    return face


def _refuse_undrawable(font: TTFont) -> None:
    if not _has_outlines(font):
        raise MediaRefused("font_unusable", "The font has bitmaps or SVG pictures alone: use one that has outlines.")
    if "OS/2" in font and font["OS/2"].fsType & _USAGE_BITS == _RESTRICTED:
        message = (
            "The font's licence bits forbid to pass it on (fsType 2): use another one, or a copy whose maker allows it."
        )
        raise MediaRefused("font_restricted", message)
    if not font.getBestCmap():
        raise MediaRefused("font_unusable", "The font has no Unicode characters: use one that has.")


def _has_outlines(font: TTFont) -> bool:
    """A font of pictures has no table for them, or one in which every glyph begins where the one before it does."""
    if "glyf" in font:
        return len(set(font["loca"].locations)) > 1
    return "CFF " in font or "CFF2" in font


def _face(font: TTFont, family: str | None) -> dict[str, Any]:
    kind = font.get("OS/2")
    is_italic = bool(kind is not None and kind.fsSelection & _ITALIC)
    return {
        "family": family or _family(font),
        "style": next(_usable(_names(font, _TYPOGRAPHIC_STYLE, _STYLE)), "Italic" if is_italic else "Regular"),
        "weight": kind.usWeightClass if kind is not None else 400,
        "is_italic": is_italic,
        "character_count": len(font.getBestCmap()),
    }


def _family(font: TTFont) -> str:
    """What a style names. Raises MediaRefused for what cannot be written there."""
    names = list(_names(font, _TYPOGRAPHIC_FAMILY, _FAMILY))
    if names and (usable := next(_usable(iter(names[:1])), None)) is not None:
        return usable
    message = (
        "The font's family must have a name of 1 to 64 letters from A to Z, digits, spaces, dots, hyphens and"
        " underscores: give it one by ?family="
    )
    raise MediaRefused("font_name", message)


def _names(font: TTFont, *name_ids: int) -> Iterator[str]:
    """The English names under these numbers, the earlier number first."""
    for name_id in name_ids:
        record = font["name"].getName(name_id, *_MICROSOFT) or font["name"].getName(name_id, 1, 0, 0)
        if record is not None:
            yield record.toUnicode(errors="replace")


def _usable(names: Iterator[str]) -> Iterator[str]:
    for name in names:
        try:
            yield _NAME.validate_python(name)
        except ValidationError:
            continue


def _rename(font: TTFont, family: str, style: str) -> None:
    """libass finds a font by the family that the table `name` tells, and knows of no typographic one."""
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in _KEPT_NAMES]
    postscript = f"{family}-{style}".replace(" ", "")[:63]
    for name_id, text in ((_FAMILY, family), (_STYLE, style), (_FULL, f"{family} {style}"), (_POSTSCRIPT, postscript)):
        table.setName(text, name_id, *_MICROSOFT)


if __name__ == "__main__":
    main()
