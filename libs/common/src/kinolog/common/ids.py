"""Ids: a prefix that tells the kind, then 32 hexadecimal digits of a UUID.

New ids are UUIDv7, so they sort by time of creation. Derived ids are UUIDv8 made from a hash: the same words always
give the same id, which is how an idempotency key finds the job it made before without any table.
"""

import hashlib
import re
from typing import Final, Protocol

import uuid_utils

_ID: Final = re.compile(r"[a-z]{3}_[0-9a-f]{32}")


class IdSource(Protocol):
    def __call__(self, prefix: str) -> str:
        """Return a fresh id that begins with the prefix and an underscore."""
        ...


def new_id(prefix: str) -> str:
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def derived_id(prefix: str, *words: str) -> str:
    """The id that these words always lead to (RFC 9562 version 8 over SHA-256)."""
    digest = bytearray(hashlib.sha256("\x1f".join(words).encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    return f"{prefix}_{digest.hex()}"


def is_id(text: str, prefix: str | None = None) -> bool:
    """Whether the text is shaped like one of our ids, of the given prefix when there is one."""
    return bool(_ID.fullmatch(text)) and (prefix is None or text.startswith(f"{prefix}_"))
