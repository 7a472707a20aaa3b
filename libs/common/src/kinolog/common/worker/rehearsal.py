"""Doing a job again without consequences: what it stores lands in a folder of its own, and goes with that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from obstore.store import LocalStore

from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef


class ScratchBlobs(BlobStore):
    """Reads what another store has, and writes into `folder` alone."""

    def __init__(self, kept: BlobStore, folder: Path) -> None:
        super().__init__(LocalStore(folder, mkdir=True), folder)
        self._kept = kept

    async def size_of(self, sha256: str) -> int | None:
        own = await super().size_of(sha256)
        return await self._kept.size_of(sha256) if own is None else own

    async def read(self, blob: BlobRef) -> bytes:
        is_own = await super().size_of(blob.sha256) is not None
        return await (super().read if is_own else self._kept.read)(blob)

    async def stream(self, blob: BlobRef, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        is_own = await super().size_of(blob.sha256) is not None
        async for chunk in (super().stream if is_own else self._kept.stream)(blob, start, end):
            yield chunk

    @asynccontextmanager
    async def local_file(self, blob: BlobRef, workdir: Path) -> AsyncIterator[Path]:
        is_own = await super().size_of(blob.sha256) is not None
        async with (super().local_file if is_own else self._kept.local_file)(blob, workdir) as file:
            yield file
