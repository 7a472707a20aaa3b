"""How words are written one after the other: with a space between them, or, in Chinese, Japanese, Thai and their like,
with none.
"""

import unicodedata
from collections.abc import Iterable
from functools import reduce
from typing import Final

HANGUL: Final = range(0xAC00, 0xD7A4)
SCRIPTS_WITHOUT_SPACES: Final = (
    range(0x0E00, 0x0F00),  # Thai, Lao
    range(0x1000, 0x10A0),  # Burmese
    range(0x1780, 0x1800),  # Khmer
)
LEANS_BACK: Final = frozenset({"Mn", "Mc", "Me", "Pe", "Pf", "Po", "Pd"})
LEANS_FORWARD: Final = frozenset({"Ps", "Pi"})
NEVER_FIRST: Final = frozenset("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶー々〻ะาำๅๆฯ")
NEVER_LAST: Final = frozenset("เแโใไ¿¡")
PICTURES: Final = frozenset({"So", "Sk"})
"""The categories of emoji, which are as wide as Chinese signs and of no script."""


def is_unspaced(sign: str) -> bool:
    """Whether a sign is of a script that puts no spaces between words."""
    code = ord(sign)
    if any(code in script for script in SCRIPTS_WITHOUT_SPACES):
        return True
    is_wide = code not in HANGUL and unicodedata.east_asian_width(sign) in "WF"
    return is_wide and unicodedata.category(sign) not in PICTURES


def may_part(last: str, first: str) -> bool:
    """Whether a line may end between these two signs, for one of them is of such a script."""
    if first in NEVER_FIRST or last in NEVER_LAST:
        return False
    if unicodedata.category(first) in LEANS_BACK or unicodedata.category(last) in LEANS_FORWARD:
        return False
    return is_unspaced(last) or is_unspaced(first)


def joined(texts: Iterable[str]) -> str:
    """One text of several, with a space between two of them unless a script there has none."""
    return reduce(_followed, (text for text in texts if text), "")


def _followed(before: str, after: str) -> str:
    has_space = before and not (is_unspaced(before[-1]) or is_unspaced(after[0]))
    return f"{before} {after}" if has_space else f"{before}{after}"
