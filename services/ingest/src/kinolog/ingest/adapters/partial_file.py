"""A file that grows while it is received, is hashed on the way, and can be gone on with after a crash.

Its lock ends with its process: a worker that was only paused cannot write into what another goes on with.
"""

import asyncio
import fcntl
import hashlib
import os
from pathlib import Path
from typing import IO, Final, Self

from kinolog.common.media.inspector import OnPercent
from kinolog.ingest.domain.fetching import Fingerprint

_CHUNK_BYTES: Final = 1024 * 1024


class PartialFile:
    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self._file = file
        self._restarted()

    def _restarted(self) -> None:
        self._hash = hashlib.sha256()
        self._buffer = bytearray()
        self.size_bytes = 0

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

    async def accept(self, received: Fingerprint, on_percent: OnPercent) -> bool:
        """Go on behind the bytes that were received, provided that they are here, read anew and the same."""
        while self.size_bytes < received.size_bytes:
            wanted = min(_CHUNK_BYTES, received.size_bytes - self.size_bytes)
            chunk = await asyncio.to_thread(self._file.read, wanted)
            if not chunk:
                return False
            await asyncio.to_thread(self._hash.update, chunk)
            self.size_bytes += len(chunk)
            on_percent(100 * self.size_bytes / received.size_bytes)
        await asyncio.to_thread(self._file.truncate, self.size_bytes)
        return self._hash.hexdigest() == received.sha256

    async def write(self, chunk: bytes) -> None:
        self._buffer += chunk
        self.size_bytes += len(chunk)
        if len(self._buffer) >= _CHUNK_BYTES:
            await self.flush()

    async def flush(self) -> None:
        received, self._buffer = bytes(self._buffer), bytearray()
        await asyncio.to_thread(self._store, received)

    async def sync(self) -> Fingerprint:
        """Make durable what was received, and say what it is."""
        await self.flush()
        await asyncio.to_thread(os.fsync, self._file.fileno())
        return self.fingerprint()

    async def restart(self) -> None:
        """Forget everything that was received."""
        self._restarted()
        self._file.seek(0)
        await asyncio.to_thread(self._file.truncate)

    def fingerprint(self) -> Fingerprint:
        """Of everything that was flushed."""
        return Fingerprint(self.size_bytes - len(self._buffer), self._hash.hexdigest())

    def close(self) -> None:
        self._file.close()

    def _store(self, received: bytes) -> None:
        self._file.write(received)
        self._file.flush()
        self._hash.update(received)
