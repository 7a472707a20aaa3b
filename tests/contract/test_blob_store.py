"""One suite over the places where blobs are kept."""

import hashlib
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest

from kinolog.common.blobs import BlobStore, key_of
from kinolog.common.errors import BlobDamaged, BlobMissing
from kinolog.common.events import BlobRef
from kinolog.common.staging import CHUNK_BYTES

CONTENT = bytes(range(256)) * 9_000  # Longer than two chunks.


@pytest.fixture
def blobs(blob_place: str) -> BlobStore:
    return BlobStore.open(blob_place)


async def broken_stream() -> AsyncIterator[bytes]:
    yield b"the beginning"
    raise ConnectionResetError("the line dropped")


async def test_a_blob_is_named_after_its_bytes(blobs: BlobStore) -> None:
    blob = await blobs.put_bytes(CONTENT, "video/mp4")
    assert BlobRef(sha256=hashlib.sha256(CONTENT).hexdigest(), size_bytes=len(CONTENT), media_type="video/mp4") == blob


async def test_a_blob_comes_back_as_it_was(blobs: BlobStore) -> None:
    assert CONTENT == await blobs.read(await blobs.put_bytes(CONTENT))


async def test_an_empty_blob_is_a_blob(blobs: BlobStore) -> None:
    blob = await blobs.put_bytes(b"")
    assert (0, True, b"") == (blob.size_bytes, await blobs.exists(blob.sha256), await blobs.read(blob))


@pytest.mark.parametrize(("start", "end"), [(0, 1), (5, 5), (CHUNK_BYTES - 1, CHUNK_BYTES + 1), (10, len(CONTENT))])
async def test_a_range_is_read_from_its_start_up_to_its_end(blobs: BlobStore, start: int, end: int) -> None:
    blob = await blobs.put_bytes(CONTENT)
    assert CONTENT[start:end] == b"".join([chunk async for chunk in blobs.stream(blob, start, end)])


async def test_storing_the_same_bytes_twice_keeps_one_blob(blobs: BlobStore) -> None:
    assert await blobs.put_bytes(CONTENT) == await blobs.put_bytes(CONTENT)


async def test_a_stream_that_breaks_leaves_nothing_behind(blobs: BlobStore) -> None:
    with pytest.raises(ConnectionResetError):
        await blobs.put_stream(broken_stream())
    assert [] == [path async for found in obstore.list(blobs._store) for path in found]


async def test_a_blob_that_is_not_there_is_missed(blobs: BlobStore, tmp_path: Path) -> None:
    missing = BlobRef(sha256="0" * 64, size_bytes=5)
    with pytest.raises(BlobMissing):
        await blobs.read(missing)
    with pytest.raises(BlobMissing):
        async with blobs.local_file(missing, tmp_path):
            pass


@pytest.mark.parametrize("damage", [b"", CONTENT[:-1], CONTENT + b"!", b"?" + CONTENT[1:]])
async def test_a_blob_that_has_other_bytes_now_is_not_taken_for_what_it_was(blobs: BlobStore, damage: bytes) -> None:
    blob = await blobs.put_bytes(CONTENT)
    await obstore.put_async(blobs._store, key_of(blob.sha256), damage)
    with pytest.raises(BlobDamaged, match="damaged"):
        await blobs.read(blob)


async def test_a_blob_is_lent_as_a_local_file(blobs: BlobStore, tmp_path: Path) -> None:
    blob = await blobs.put_bytes(CONTENT)
    async with blobs.local_file(blob, tmp_path) as path:
        assert CONTENT == path.read_bytes()


async def test_a_file_is_stored(blobs: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(CONTENT)
    assert CONTENT == await blobs.read(await blobs.put_file(tmp_path / "film.mp4"))


async def test_what_a_killed_writer_left_is_swept_once_it_is_old(blobs: BlobStore) -> None:
    kept = await blobs.put_bytes(CONTENT)
    await obstore.put_async(blobs._store, "tmp/tmp_left", CONTENT)
    now = datetime.now(UTC)
    swept = [await blobs.sweep(now + timedelta(hours=hours)) for hours in (-1, 1, 1)]
    assert ([0, 1, 0], True) == (swept, await blobs.exists(kept.sha256))


async def test_a_file_that_was_being_written_is_swept_from_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    for name, age_seconds in (("tmp_young#1", 60), ("tmp_old#1", 7_200), ("tmp_old", 7_200)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, times=(time.time() - age_seconds,) * 2)
    await BlobStore.open(f"file://{tmp_path}").sweep(datetime.now(UTC) - timedelta(hours=1))
    assert ["tmp_young#1"] == [path.name for path in folder.iterdir()]
