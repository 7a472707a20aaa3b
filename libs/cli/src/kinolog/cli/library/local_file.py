"""Files of the user's, read once for their hash and once to be sent, never through a link."""

import asyncio
import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CHUNK_BYTES: Final = 4 * 1024**2

OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`sha256` is in hexadecimal."""

    sha256: str
    size_bytes: int


class Metered(io.FileIO):
    """A file that tells how far it was read. Raises OSError where the path is a link."""

    def __init__(self, path: Path, on_position: OnBytes) -> None:
        super().__init__(path, "rb", opener=_unless_link)
        self._on_position = on_position

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(-1 if size is None else size) or b""
        self._on_position(self.tell())
        return chunk


async def fingerprint(path: Path, on_position: OnBytes = lambda position: None) -> Fingerprint:
    """What a file is, read in pieces on a thread. Raises OSError."""
    digest = hashlib.sha256()
    with Metered(path, on_position) as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            await asyncio.to_thread(digest.update, chunk)
        return Fingerprint(digest.hexdigest(), file.tell())


def _unless_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)
