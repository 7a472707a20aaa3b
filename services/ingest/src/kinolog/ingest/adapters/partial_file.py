"""A file that grows in several places while it is received, and can be gone on with after a crash.

Its lock ends with its process: a worker that was only paused cannot write into what another goes on with.
"""

import asyncio
import fcntl
import hashlib
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, Self, TypeVar

from kinolog.ingest.domain.fetching import Fingerprint

_CHUNK_BYTES: Final = 4 * 1024 * 1024
_NOTHING: Final = Fingerprint(0, hashlib.sha256().hexdigest())

T = TypeVar("T")


class PartialFile:
    """What it does on disk, it does to the end even if it is cancelled meanwhile: nothing happens behind its back."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self._file = file
        self._hash, self._hashed = hashlib.sha256(), _NOTHING
        self._is_hashing = False

    @classmethod
    def create(cls, path: Path) -> Self:
        """Raises BlockingIOError where somebody else holds it, FileExistsError where it is there."""
        return cls._locked(path, path.open("x+b"))

    @classmethod
    def reopen(cls, path: Path) -> Self | None:
        """None where there is no such file or somebody else holds it."""
        try:
            return cls._locked(path, path.open("r+b"))
        except (FileNotFoundError, BlockingIOError):
            return None

    @classmethod
    def _locked(cls, path: Path, file: IO[bytes]) -> Self:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            file.close()
            raise
        return cls(path, file)

    async def write(self, position: int, chunk: bytes) -> None:
        await _done(self._write, position, chunk)

    async def crc(self, begin: int, size_bytes: int) -> int | None:
        """The CRC-32 of bytes that are here; None where some are missing."""
        crc, position, end = 0, begin, begin + size_bytes
        while position < end:
            chunk = await _done(self._read, position, end)
            if not chunk:
                return None
            crc, position = zlib.crc32(chunk, crc), position + len(chunk)
        return crc

    async def hash_to(self, size_bytes: int, on_bytes: Callable[[int], None] = lambda _: None) -> None:
        """Take so many bytes from the beginning on into the hash, but for those that are in it. `on_bytes` is told
        how many are. Returns at once while somebody else is at it.
        """
        if self._is_hashing:
            return
        self._is_hashing = True
        try:
            while self._hashed.size_bytes < size_bytes and await _done(self._hash_more, size_bytes):
                on_bytes(self._hashed.size_bytes)
        finally:
            self._is_hashing = False

    async def sync(self) -> None:
        await _done(os.fsync, self._file.fileno())

    async def cut(self, size_bytes: int) -> None:
        """Forget what is behind so many bytes; all of them are forgotten where that is in the midst of the hash."""
        if size_bytes < self._hashed.size_bytes:
            self._hash, self._hashed = hashlib.sha256(), _NOTHING
        await _done(self._file.truncate, size_bytes)

    def fingerprint(self) -> Fingerprint:
        """Of the bytes that were hashed."""
        return self._hashed

    def close(self) -> None:
        self._file.close()

    def _write(self, position: int, chunk: bytes) -> None:
        written, view = 0, memoryview(chunk)
        while written < len(chunk):
            written += os.pwrite(self._file.fileno(), view[written:], position + written)

    def _read(self, position: int, end: int) -> bytes:
        return os.pread(self._file.fileno(), min(_CHUNK_BYTES, end - position), position)

    def _hash_more(self, end: int) -> bool:
        """False where there is nothing more."""
        chunk = self._read(self._hashed.size_bytes, end)
        self._hash.update(chunk)
        # Size and hash change at once, for those who look meanwhile.
        self._hashed = Fingerprint(self._hashed.size_bytes + len(chunk), self._hash.hexdigest())
        return bool(chunk)


async def _done(work: Callable[..., T], *arguments: object) -> T:
    """The result of some work on a thread. A cancellation waits for it, since it cannot end a thread."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
