"""An address on the web, as a caller gives it: what can be told to be wrong without asking the network."""

import socket
import unicodedata
from ipaddress import IPv4Address, ip_address
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, StringConstraints

from kinolog.common.reach import IPAddress, is_never_allowed

LONGEST_URL_BYTES: Final = 2_048
_SCHEMES: Final = ("http", "https")


def checked_url(url: str) -> str:
    """The same URL. Raises ValueError, saying what is wrong, unless it is a plain one of http or https.

    Whether its host may be connected to depends on settings and on what its name stands for; addresses that no setting
    allows are refused here, however they are spelled.
    """
    if any(unicodedata.category(character)[0] in "CZ" or character == "\\" for character in url):
        raise ValueError("must not contain spaces, control characters or backslashes")
    if len(url.encode()) > LONGEST_URL_BYTES:
        raise ValueError(f"must be at most {LONGEST_URL_BYTES} bytes long")
    _refuse_unusual(urlsplit(url))
    return url


def _refuse_unusual(parts: SplitResult) -> None:
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise ValueError("must begin with http:// or https:// and name a host")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user name or password")
    if "%" in parts.netloc or parts.port == 0:
        raise ValueError("must name its host and port plainly")
    address = address_spelled(parts.hostname)
    if address is not None and is_never_allowed(address):
        raise ValueError("must be an address that can be reached from here: give a public one")


WebUrl = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL_BYTES), AfterValidator(checked_url)]


def address_spelled(host: str) -> IPAddress | None:
    """The address that a host is when it is no name: dotted, short, decimal, octal, hexadecimal, or IPv6."""
    plain = unicodedata.normalize("NFKC", host).replace("。", ".").removesuffix(".")
    try:
        return ip_address(plain)
    except ValueError:
        pass  # It may still be one that only the system's resolver understands
    try:
        return IPv4Address(socket.inet_aton(plain))
    except (OSError, UnicodeEncodeError):
        return None
