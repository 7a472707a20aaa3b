"""One suite over the places where bytes wait until they become a blob."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import StorageFailed
from kinolog.common.staging import CHUNK_BYTES, Staged, Staging

CONTENT = bytes(range(256)) * 9_000  # Longer than two chunks.


@pytest.fixture
def blobs(blob_place: str) -> BlobStore:
    return BlobStore.open(blob_place)


@pytest.fixture
def staging(blobs: BlobStore) -> Staging:
    return blobs.staging("uploads/open")


async def broken_stream() -> AsyncIterator[bytes]:
    yield b"x" * CHUNK_BYTES
    raise ConnectionResetError("the line dropped")


async def test_what_was_put_is_listed_and_comes_back(staging: Staging) -> None:
    await staging.put_bytes("a", "1", CONTENT)
    staged = await staging.contents("a")
    assert [("1", len(CONTENT))] == [(each.name, each.size_bytes) for each in staged]
    assert CONTENT == b"".join([chunk async for chunk in staging.stream("a", staged[0])])


async def test_a_small_object_is_read_at_once(staging: Staging) -> None:
    await staging.put_bytes("a", "info", b"{}")
    assert (b"{}", None, None) == (
        await staging.read("a", "info"),
        await staging.read("a", "nothing"),
        await staging.read("nothing", "info"),
    )


async def test_an_object_is_replaced_by_the_next_of_its_name(staging: Staging) -> None:
    for content in (b"one", b"two"):
        await staging.put_bytes("a", "info", content)
    assert b"two" == await staging.read("a", "info")


async def test_a_stream_that_breaks_leaves_nothing_behind(staging: Staging, tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await staging.put("a", "1", broken_stream())
    assert ([], []) == (await staging.contents("a"), [path for path in tmp_path.rglob("*") if path.is_file()])


async def test_groups_are_told_apart_and_removed_alone(staging: Staging) -> None:
    for group in ("a", "ab", "b"):
        await staging.put_bytes(group, "1", b"x")
    await staging.remove("a")
    await staging.remove("nothing")
    assert ({"ab", "b"}, 1) == (set(await staging.groups()), len(await staging.contents("ab")))


async def test_nothing_was_put_anywhere_yet(staging: Staging) -> None:
    assert ([], [], []) == (await staging.groups(), await staging.contents("a"), await staging.sweep(datetime.now(UTC)))


async def test_groups_that_rest_are_swept(staging: Staging, blobs: BlobStore) -> None:
    kept = await blobs.put_bytes(CONTENT)
    for group in ("a", "b"):
        await staging.put_bytes(group, "1", b"x")
    now = datetime.now(UTC)
    assert [] == await staging.sweep(now - timedelta(hours=1))
    assert ["a"] == await staging.sweep(now + timedelta(hours=1), keep={"b"})
    assert (["b"], True) == (await staging.groups(), await blobs.exists(kept.sha256))


async def test_what_was_removed_meanwhile_is_missed(staging: Staging) -> None:
    with pytest.raises(StorageFailed):
        [chunk async for chunk in staging.stream("a", Staged("1", 5, datetime.now(UTC)))]


async def test_storing_says_whether_the_bytes_were_known(blobs: BlobStore) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield CONTENT

    assert [False, True] == [(await blobs.store(chunks())).is_known for _ in range(2)]
