"""Half-written blobs are swept beside the work of a service, which a storage that fails does not hold up."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import StorageFailed
from kinolog.common.leftovers import sweeping
from kinolog.common.testing import eventually

IN_2100 = datetime(2100, 1, 1, tzinfo=UTC)


async def test_what_is_older_than_the_hours_is_gone_soon_after_the_start(tmp_path: Path) -> None:
    left = tmp_path / "tmp/tmp_left#1"
    left.parent.mkdir()
    left.touch()
    async with sweeping(BlobStore.open(f"file://{tmp_path}"), hours=6.0, clock=lambda: IN_2100):
        await eventually(lambda: not left.exists())


async def test_a_storage_that_fails_is_told_of_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(before: datetime) -> int:
        raise StorageFailed("away")

    blobs = BlobStore.open("memory://")
    monkeypatch.setattr(blobs, "sweep", fail)
    with structlog.testing.capture_logs() as lines:
        async with sweeping(blobs, hours=6.0):
            await eventually(lambda: lines)
    assert ["Cannot look for half-written blobs"] == [line["event"] for line in lines]
