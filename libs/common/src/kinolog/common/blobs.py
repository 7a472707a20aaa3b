"""Blobs: immutable bytes under the hash of their content, in a local folder or any object store obstore knows.

A blob is written to a temporary name, made durable, then renamed; whoever names it in an event does so afterwards.
"""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote, urlparse

import obstore
from obstore.exceptions import BaseError as StorageError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from kinolog.common import ids
from kinolog.common.crashpoint import crashpoint
from kinolog.common.durable import durable_rename
from kinolog.common.errors import BadSettings, BlobDamaged, BlobMissing, StorageFailed
from kinolog.common.events import BlobRef
from kinolog.common.staging import CHUNK_BYTES, PARTS_AT_ONCE, TEMPORARY, Staging, part_bytes

_FOLDER: Final = "sha256"


@dataclass(frozen=True, slots=True)
class Stored:
    """`is_known` tells that the very same bytes were stored before, so that they took no more room."""

    blob: BlobRef
    is_known: bool


class BlobStore:
    """Content-addressed storage. Memory use does not depend on the size of a blob."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def open(cls, url: str) -> Self:
        """`file:///folder` (made where missing), `memory://`, or `s3://bucket/prefix`, `gs://…`, `az://…`.

        Raises BadSettings where that cannot be opened.
        """
        try:
            if (folder := folder_of(url)) is not None:
                return cls(LocalStore(folder, mkdir=True), folder)
            return cls(MemoryStore() if url == "memory://" else from_url(url))
        except (StorageError, OSError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise BadSettings(f"KINOLOG_BLOBS_URL: the storage cannot be opened: {reason}") from error

    @property
    def is_local(self) -> bool:
        """Whether blobs are files of this machine, so that `local_file` copies nothing."""
        return self._folder is not None

    async def free_bytes(self) -> int | None:
        """How much more fits, as far as that can be told: where blobs are files of this machine."""
        return None if self._folder is None else (await asyncio.to_thread(shutil.disk_usage, self._folder)).free

    async def put_stream(self, chunks: AsyncIterator[bytes], media_type: str = "application/octet-stream") -> BlobRef:
        """Store what arrives and return its name. If the stream raises, nothing is left behind.

        Raises StorageFailed, and what the stream raises.
        """
        return (await self.store(chunks, media_type)).blob

    async def store(self, chunks: AsyncIterator[bytes], media_type: str = "application/octet-stream") -> Stored:
        """As `put_stream`, telling besides whether the bytes were there already."""
        temporary = f"{TEMPORARY}/{ids.new_id('tmp')}"
        digest = _Digest()
        try:
            await obstore.put_async(
                self._store,
                temporary,
                digest.over(chunks),
                chunk_size=part_bytes(self._folder),
                max_concurrency=PARTS_AT_ONCE,
            )
            blob = BlobRef(sha256=digest.hexdigest(), size_bytes=digest.size_bytes, media_type=media_type)
            is_known = await self.exists(blob.sha256)
            crashpoint("blobs.before_rename")
            # Also what is known already: a blob must be as young as its newest use, for whoever collects old ones.
            await self._publish(temporary, blob.sha256)
            crashpoint("blobs.after_rename")
        except BaseException as error:
            await self._discard(temporary)
            if isinstance(error, StorageError):
                raise StorageFailed(str(error)) from error
            raise
        return Stored(blob, is_known)

    async def put_bytes(self, content: bytes, media_type: str = "application/octet-stream") -> BlobRef:
        return await self.put_stream(_chunks_of_bytes(content), media_type)

    async def put_file(self, path: Path, media_type: str = "application/octet-stream") -> BlobRef:
        return await self.put_stream(_chunks_of_file(path), media_type)

    async def exists(self, sha256: str) -> bool:
        return await self.size_of(sha256) is not None

    async def size_of(self, sha256: str) -> int | None:
        """In bytes, as the storage has it; None where there is no such blob."""
        try:
            return int((await obstore.head_async(self._store, key_of(sha256)))["size"])
        except FileNotFoundError:
            return None

    async def names(self) -> AsyncIterator[str]:
        """The hashes of all blobs that are stored."""
        async for found in obstore.list(self._store, _FOLDER):
            for blob in found:
                yield blob["path"].rpartition("/")[2]

    async def read(self, blob: BlobRef) -> bytes:
        """The whole blob in memory: for small ones such as cues. Raises BlobMissing and BlobDamaged."""
        try:
            content = bytes(await (await obstore.get_async(self._store, key_of(blob.sha256))).bytes_async())
        except FileNotFoundError as error:
            raise BlobMissing(blob.sha256) from error
        if hashlib.sha256(content).hexdigest() != blob.sha256:
            raise BlobDamaged(blob.sha256)
        return content

    async def stream(self, blob: BlobRef, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to and without `end`. Raises BlobMissing."""
        position, stop = start, blob.size_bytes if end is None else end
        while position < stop:
            size = min(CHUNK_BYTES, stop - position)
            try:
                chunk = await obstore.get_range_async(self._store, key_of(blob.sha256), start=position, length=size)
            except FileNotFoundError as error:
                raise BlobMissing(blob.sha256) from error
            yield bytes(chunk)
            position += size

    @asynccontextmanager
    async def local_file(self, blob: BlobRef, workdir: Path) -> AsyncIterator[Path]:
        """A readable file with the blob's bytes: the stored one itself where that is local, else a copy in `workdir`.

        Never write to it. Raises BlobMissing.
        """
        if not await self.exists(blob.sha256):
            raise BlobMissing(blob.sha256)
        if self._folder is not None:
            yield self._folder / key_of(blob.sha256)
            return
        copy = workdir / blob.sha256
        with copy.open("wb") as file:
            async for chunk in self.stream(blob):
                await asyncio.to_thread(file.write, chunk)
        try:
            yield copy
        finally:
            copy.unlink(missing_ok=True)

    def staging(self, root: str) -> Staging:
        """A place in the same storage for what is not a blob yet."""
        return Staging(self._store, root, self._folder)

    async def sweep(self, before: datetime) -> int:
        """Remove what was begun under a temporary name and not touched since then; how many that were.

        Raises StorageFailed.
        """
        try:
            if self._folder is not None:
                return await asyncio.to_thread(_sweep_folder, self._folder / TEMPORARY, before.timestamp())
            return await self._sweep_store(before)
        except (StorageError, OSError) as error:
            raise StorageFailed(str(error)) from error

    async def _sweep_store(self, before: datetime) -> int:
        count = 0
        async for found in obstore.list(self._store, TEMPORARY):
            for old in (each["path"] for each in found if each["last_modified"] < before):
                await self._discard(old)
                count += 1
        return count

    async def _publish(self, temporary: str, sha256: str) -> None:
        if self._folder is None:
            await obstore.rename_async(self._store, temporary, key_of(sha256))
        else:
            await asyncio.to_thread(durable_rename, self._folder / temporary, self._folder / key_of(sha256))

    async def _discard(self, temporary: str) -> None:
        try:
            await obstore.delete_async(self._store, temporary)
        except FileNotFoundError:
            return


def folder_of(url: str) -> Path | None:
    """Where blobs are files of this machine: None for all other storage."""
    return Path(unquote(urlparse(url).path)) if url.startswith("file://") else None


def key_of(sha256: str) -> str:
    return f"{_FOLDER}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class _Digest:
    """Hashes and counts the bytes that pass."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    async def over(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            self._hash.update(chunk)
            self.size_bytes += len(chunk)
            yield chunk

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


async def _chunks_of_bytes(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _chunks_of_file(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


def _sweep_folder(folder: Path, before: float) -> int:
    """By itself, since obstore does not list the names under which it writes."""
    count = 0
    for path in folder.glob("*"):
        with suppress(FileNotFoundError):  # Its writer has come to an end meanwhile.
            if path.stat().st_mtime < before:
                path.unlink()
                count += 1
    return count
