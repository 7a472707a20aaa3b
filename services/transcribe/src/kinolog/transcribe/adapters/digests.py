"""SHA-256 of large files, read once for as long as the file stays the same."""

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kinolog.transcribe.adapters.thread import Caller

_CHUNK_BYTES: Final = 1024**2

_Identity = tuple[int, int, int, int]


class Digests:
    """Remembers by the file itself, its size and the time of its last change; a file that moves stays known."""

    def __init__(self) -> None:
        self._known: dict[_Identity, str] = {}
        self._lock = threading.Lock()

    def of(self, path: Path, caller: Caller) -> str:
        """Raises Stopped when the caller has left, OSError for a file that cannot be read."""
        with path.open("rb", buffering=0) as file:
            identity = _identity(file.fileno())
            with self._lock:
                known = self._known.get(identity)
            return known or self._remember(identity, _read(_chunks(file.fileno()), caller))

    def _remember(self, identity: _Identity, digest: str) -> str:
        with self._lock:
            self._known[identity] = digest
        return digest


def _identity(file: int) -> _Identity:
    facts = os.fstat(file)
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns


def _chunks(file: int) -> Iterator[bytes]:
    while chunk := os.read(file, _CHUNK_BYTES):
        yield chunk


def _read(chunks: Iterator[bytes], caller: Caller) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        caller.check()
        digest.update(chunk)
    return digest.hexdigest()
