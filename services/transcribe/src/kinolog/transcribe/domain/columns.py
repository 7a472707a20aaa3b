"""How much room text takes on a line: a full-width sign as much as two letters, an accent none."""

import unicodedata
from typing import Final

WITHOUT_ROOM: Final = frozenset({"Mn", "Me", "Cf", "Cc"})


def columns_of(text: str) -> int:
    """In columns, of which a Latin letter takes one."""
    return len(text) if text.isascii() else sum(_columns_of_sign(sign) for sign in text)


def _columns_of_sign(sign: str) -> int:
    if unicodedata.category(sign) in WITHOUT_ROOM:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
