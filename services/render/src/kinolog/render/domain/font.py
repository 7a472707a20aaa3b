"""Fonts: which family stands for a name, and whether a text can be drawn at all. Nothing is replaced in silence."""

import unicodedata
from collections.abc import Iterable, Set
from typing import Final

from kinolog.common.errors import PermanentError

# Not free to ship, with a free family of like shapes and widths that is.
STAND_INS: Final = {
    "Arial": "Arimo",
    "Arial Black": "Archivo Black",
    "Helvetica": "Arimo",
    "Impact": "Anton",
}

# Control characters, joiners, blanks and variation selectors are not drawn.
_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_INVISIBLE: Final = frozenset(map(chr, range(0xFE00, 0xFE10)))
_SHOWN_CHARACTERS: Final = 10


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


def refuse_undrawable(texts: Iterable[str], covered: Set[str]) -> None:
    """Raises PermanentError for characters that no font has: they would come out as empty boxes."""
    missing = sorted({character for text in texts for character in text if _is_drawn(character)} - covered)
    if missing:
        shown = " ".join(missing[:_SHOWN_CHARACTERS]) + (" …" if len(missing) > _SHOWN_CHARACTERS else "")
        message = (
            f"No font has these characters of the caption: {shown}. Put one that has into KINOLOG_RENDER_FONTS_DIR."
        )
        raise PermanentError("font_missing", message)


def _is_drawn(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _INVISIBLE
