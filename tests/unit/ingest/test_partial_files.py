"""Bytes that are kept between attempts: which are trusted, and when their folder goes."""

import asyncio
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.job_decisions import cancel_job
from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.common.log import load
from kinolog.common.room import NoRoom, Place, Room
from kinolog.common.testing.examples import ORIGIN, submitted
from kinolog.common.testing.workshop import Workshop
from kinolog.ingest.adapters.partial_file import PartialFile
from kinolog.ingest.adapters.shelf import Shelf
from kinolog.ingest.domain.fetching import Fingerprint
from kinolog.ingest.settings import IngestSettings

CONTENT = b"kinolog" * 300_000


def fingerprint(content: bytes) -> Fingerprint:
    return Fingerprint(len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A file that received half of the content, and then some bytes that no checkpoint tells of."""
    part = PartialFile.create(tmp_path / "1.part")
    await part.write(0, CONTENT[:1_000_000])
    await part.write(1_000_000, b"lost" * 500_000)
    await part.sync()
    part.close()
    return part.path


@pytest.fixture
def part(path: Path) -> Iterator[PartialFile]:
    part = PartialFile.reopen(path)
    assert part is not None
    with closing(part):
        yield part


async def test_bytes_are_hashed_in_order_wherever_they_were_written(part: PartialFile) -> None:
    await part.write(1_500_000, CONTENT[1_500_000:])
    await part.hash_to(1_000_000)
    await part.write(1_000_000, CONTENT[1_000_000:1_500_000])
    await part.hash_to(len(CONTENT))
    assert (fingerprint(CONTENT), CONTENT) == (part.fingerprint(), part.path.read_bytes()[: len(CONTENT)])


async def test_the_hash_ends_where_the_bytes_end(part: PartialFile) -> None:
    told: list[int] = []
    await part.hash_to(10_000_000, told.append)
    assert (3_000_000, 3_000_000) == (part.fingerprint().size_bytes, told[-1])


async def test_bytes_in_the_middle_are_told_apart_by_their_crc(part: PartialFile) -> None:
    assert zlib.crc32(CONTENT[500_000:1_000_000]) == await part.crc(500_000, 500_000)


async def test_bytes_that_are_missing_have_no_crc(part: PartialFile) -> None:
    assert None is await part.crc(2_900_000, 200_000)


async def test_what_is_cut_off_is_forgotten_and_so_is_a_hash_that_goes_further(part: PartialFile) -> None:
    await part.hash_to(2_000_000)
    await part.cut(1_000_000)
    await part.hash_to(1_000_000)
    assert (fingerprint(CONTENT[:1_000_000]), 1_000_000) == (part.fingerprint(), part.path.stat().st_size)


async def test_a_file_that_somebody_else_writes_is_not_taken(part: PartialFile) -> None:
    assert PartialFile.reopen(part.path) is None


async def test_a_file_that_is_gone_is_not_taken(tmp_path: Path) -> None:
    assert PartialFile.reopen(tmp_path / "gone.part") is None


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf", Room.of(IngestSettings(work_dir=tmp_path)))


async def after(shelf: Shelf, ctx: Any, error: Exception | None) -> bool:
    """Whether a job's folder is still there once its attempt ended like this."""
    with suppress(WorkError, OSError):
        async with shelf.place_for(ctx) as place:
            (place / "1.part").touch()
            if error is not None:
                raise error
    return place.exists()


@pytest.mark.parametrize(
    ("error", "max_retries", "is_kept"),
    [
        (None, 3, False),
        (PermanentError("x", "no"), 3, False),
        (PassingError("x", "not now"), 3, True),
        (OSError("disk full"), 3, True),
        (PassingError("x", "not now"), 0, False),
    ],
    ids=["done", "permanent", "passing", "system", "last"],
)
async def test_a_folder_is_kept_as_long_as_there_may_be_another_attempt(
    workshop: Workshop, shelf: Shelf, error: Exception | None, max_retries: int, is_kept: bool
) -> None:
    ctx = await workshop.begin("ingest", type="download", max_retries=max_retries)
    assert is_kept == await after(shelf, ctx, error)


@pytest.mark.parametrize(("max_retries", "is_kept"), [(3, True), (0, False)], ids=["next", "last"])
async def test_a_download_that_fills_the_disk_ends_and_leaves_nothing_after_its_last_attempt(
    workshop: Workshop, shelf: Shelf, max_retries: int, is_kept: bool
) -> None:
    ctx = await workshop.begin("ingest", type="download", max_retries=max_retries)
    free = iter([1, 0])
    place = Place(workshop.folder, "KINOLOG_WORK_DIR")
    room = Room(work=place, blobs=None, reserve_bytes=1, look_seconds=0.01, free_bytes=lambda _: next(free))
    with pytest.raises(NoRoom):
        async with Shelf(shelf.root, room).place_for(ctx):
            await asyncio.Event().wait()
    assert is_kept == (shelf.root / ctx.job.id).exists()


async def test_what_ended_elsewhere_is_swept_away_and_what_goes_on_is_not(workshop: Workshop, shelf: Shelf) -> None:
    ended, waiting = [await submitted(workshop.log, type="download") for _ in range(2)]
    loaded = await load(workshop.log, JOB, ended)
    cancelled = cancel_job(loaded.require())
    assert cancelled is not None
    await workshop.log.append(loaded.changes(cancelled), ORIGIN)
    for job_id in (ended, waiting, "job_never_was"):
        (shelf.root / job_id).mkdir(parents=True)
    async with shelf.place_for(await workshop.begin("ingest", type="download")) as place:
        assert {waiting, place.name} == {found.name for found in shelf.root.iterdir()}
