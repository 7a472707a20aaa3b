"""Cookies as browsers export them, in Netscape's format: checked line by line, and never shown."""

import re
import unicodedata
from typing import Final

_HEADER: Final = "# Netscape HTTP Cookie File"
_HTTP_ONLY: Final = "#HttpOnly_"
_FIELDS: Final = 7
_FLAGS: Final = ("TRUE", "FALSE")
_EXPIRY: Final = re.compile(r"[0-9]{0,15}(?:\.[0-9]{1,9})?")


def netscape_cookies(text: str) -> str:
    """The cookies alone, without comments, below the header that readers of the format insist on.

    Raises ValueError with the number of the line that is wrong and what it should be, and nothing of what it holds.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith(("[", "{")):
        raise ValueError("this is JSON: export the cookies in the Netscape format, as cookies.txt")
    cookies = [line for number, line in enumerate(_lines(text), start=1) if _is_cookie(number, line)]
    if not cookies:
        raise ValueError("there is no cookie in it")
    return "\n".join((_HEADER, *cookies, ""))


def _lines(text: str) -> list[str]:
    return [line.removesuffix("\r") for line in text.split("\n")]


def _is_cookie(number: int, line: str) -> bool:
    """False for an empty line and for a comment."""
    if not line.strip() or (line.startswith("#") and not line.startswith(_HTTP_ONLY)):
        return False
    if (fault := _fault_of(line)) is not None:
        raise ValueError(f"line {number}: {fault}")
    return True


def _fault_of(line: str) -> str | None:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in line.replace("\t", " ")):
        return "there is a control character in it"
    fields = line.removeprefix(_HTTP_ONLY).split("\t")
    if len(fields) != _FIELDS:
        return f"it has {len(fields)} of the {_FIELDS} fields, which tabs separate"
    return _fault_of_fields(*fields)


def _fault_of_fields(
    domain: str, with_subdomains: str, path: str, only_secure: str, expiry: str, name: str, value: str
) -> str | None:
    if not domain or " " in domain:
        return "its first field is no domain"
    if with_subdomains not in _FLAGS or only_secure not in _FLAGS:
        return "its second and its fourth field must be TRUE or FALSE"
    if not path.startswith("/"):
        return "its third field must be a path that begins with /"
    if not _EXPIRY.fullmatch(expiry):
        return "its fifth field must be the seconds since 1970 at which it expires, 0 or empty"
    return None if name or value else "it has neither a name nor a value"
