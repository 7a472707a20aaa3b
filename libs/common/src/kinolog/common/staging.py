"""Bytes that are no blob yet: durable objects in groups, beside the blobs, until they become one or are thrown away."""

import asyncio
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError as StorageError
from obstore.store import ObjectStore

from kinolog.common import ids
from kinolog.common.durable import durable_rename
from kinolog.common.errors import StorageFailed

CHUNK_BYTES: Final = 1024 * 1024
# This many parts are in memory while bytes are stored; obstore would take twelve.
PARTS_AT_ONCE: Final = 2
_FILE_PART_BYTES: Final = 2 * CHUNK_BYTES
# S3 takes ten thousand parts.
_OBJECT_PART_BYTES: Final = 8 * CHUNK_BYTES
TEMPORARY: Final = "tmp"


@dataclass(frozen=True, slots=True)
class Staged:
    """An object of a group, as the storage lists it."""

    name: str
    size_bytes: int
    modified_at: datetime


class Staging:
    """Objects at `root/group/name`; none is seen before all of it is durable. Everything here raises StorageFailed."""

    def __init__(self, store: ObjectStore, root: str, folder: Path | None) -> None:
        self._store = store
        self._root = root
        self._folder = folder

    async def put(self, group: str, name: str, chunks: AsyncIterator[bytes]) -> None:
        """In constant memory. If the stream raises, nothing is stored; an object of that name is replaced."""
        key = self._key(group, name)
        target = key if self._folder is None else f"{TEMPORARY}/{ids.new_id('tmp')}"
        try:
            with _storage_errors():
                await obstore.put_async(
                    self._store, target, chunks, chunk_size=part_bytes(self._folder), max_concurrency=PARTS_AT_ONCE
                )
            if self._folder is not None:
                await _make_durable(self._folder / target, self._folder / key)
        except BaseException:
            await self._discard(target)
            raise

    async def put_bytes(self, group: str, name: str, content: bytes) -> None:
        await self.put(group, name, _one_chunk(content))

    async def read(self, group: str, name: str) -> bytes | None:
        """All of a small object; None where there is none."""
        with _storage_errors():
            try:
                found = await obstore.get_async(self._store, self._key(group, name))
                return bytes(await found.bytes_async())
            except FileNotFoundError:
                return None

    async def stream(self, group: str, staged: Staged) -> AsyncIterator[bytes]:
        position = 0
        while position < staged.size_bytes:
            size = min(CHUNK_BYTES, staged.size_bytes - position)
            with _storage_errors():
                chunk = await obstore.get_range_async(
                    self._store, self._key(group, staged.name), start=position, length=size
                )
            yield bytes(chunk)
            position += size

    async def contents(self, group: str) -> list[Staged]:
        return (await self._listed(f"{self._root}/{group}")).get(group, [])

    async def groups(self) -> list[str]:
        """Those that hold something: some servers go on naming folders for a while that are empty."""
        return sorted(await self._listed(self._root))

    async def remove(self, group: str) -> None:
        """All of it; nothing happens where there is no such group."""
        with _storage_errors():
            if self._folder is not None:
                await asyncio.to_thread(_remove_folder, self._folder / self._root / group)
                return
            for staged in await self.contents(group):
                await self._discard(self._key(group, staged.name))

    async def sweep(self, before: datetime, keep: Collection[str] = ()) -> list[str]:
        """Remove the groups that nothing was put into since then, and say which; those in `keep` stay."""
        found = await self._listed(self._root)
        newest = {group: max(each.modified_at for each in staged) for group, staged in found.items()}
        old = [group for group, modified_at in newest.items() if modified_at < before and group not in keep]
        for group in old:
            await self.remove(group)
        return old

    async def _listed(self, prefix: str) -> dict[str, list[Staged]]:
        groups: dict[str, list[Staged]] = defaultdict(list)
        with _storage_errors():
            async for found in obstore.list(self._store, prefix):
                for each in found:
                    group, _, name = each["path"].removeprefix(f"{self._root}/").partition("/")
                    groups[group].append(Staged(name, each["size"], each["last_modified"].astimezone(UTC)))
        return groups

    async def _discard(self, key: str) -> None:
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)

    def _key(self, group: str, name: str) -> str:
        return f"{self._root}/{group}/{name}"


def part_bytes(folder: Path | None) -> int:
    """How much is written at once to a folder, or to an object store."""
    return _OBJECT_PART_BYTES if folder is None else _FILE_PART_BYTES


async def _one_chunk(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _make_durable(source: Path, target: Path) -> None:
    try:
        await asyncio.to_thread(durable_rename, source, target)
    except OSError as error:
        raise StorageFailed(str(error)) from error


@contextmanager
def _storage_errors() -> Iterator[None]:
    """The storage's errors as ours. What a missing object means is for the caller to say, unless nobody did."""
    try:
        yield
    except (StorageError, FileNotFoundError) as error:
        raise StorageFailed(str(error)) from error


def _remove_folder(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
