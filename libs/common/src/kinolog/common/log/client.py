"""nats-py's client with a quicker reader of headers: its own takes two thirds of the time of consuming the log."""

from functools import lru_cache
from typing import Final

from nats.aio.client import Client

_WHITESPACE: Final = b" \t\r\n\x0b\x0c"
_NAMES_KEPT: Final = 1_000


class FastClient(Client):
    """Reads the same headers from the same bytes; without the method that it replaces, it would only be slower."""

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        headers: dict[str, str] = {}
        for line in raw.split(b"\r\n"):
            before, colon, value = line.partition(b":")
            if colon and (name := _name(before)) is not None:
                headers[name] = value.strip(_WHITESPACE).decode("utf-8", "replace")
        return headers


@lru_cache(_NAMES_KEPT)
def _name(raw: bytes) -> str | None:
    """None for what is no header's name. The same few names come with every message, so they are remembered."""
    try:
        name = raw.strip(_WHITESPACE).decode("ascii")
    except UnicodeDecodeError:
        return None
    return None if any(character.isspace() for character in name) else name
