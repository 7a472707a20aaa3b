"""How much room a project takes, and which videos have the very same bytes, is known on every database."""

from typing import Any

import pytest
from sqlalchemy import text

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.reader import SqlReader, _live_videos, _open_uploads
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.domain.listing import LISTINGS, select
from kinolog.catalog.domain.usage import Taken
from kinolog.catalog.handlers.projection import on_batch, rebuild
from kinolog.common.aggregates import JOB, VIDEO
from kinolog.common.events import BlobRef
from kinolog.common.events.job import JobCancelled
from kinolog.common.events.video import VideoDeleted, VideoReplaced
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.queries import ListQuery
from kinolog.common.testing.examples import ORIGIN, a_video, completed, registered, started, submitted

MINE, OTHER = f"prj_{'1' * 32}", f"prj_{'2' * 32}"
GIGABYTES_3 = 3 * 1024**3


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


async def read(database: Database, log: MemoryLog) -> SqlReader:
    await rebuild(log, SqlStore(database))
    return SqlReader(database)


async def an_upload(log: MemoryLog, size_bytes: Any = 10, **changes: Any) -> str:
    input_data = {"filename": "a.mp4", "size_bytes": size_bytes}
    return await submitted(log, **{"type": "upload", "input_data": input_data, "project_id": MINE, **changes})


def a_file(digit: str) -> BlobRef:
    return BlobRef(sha256=digit * 64, size_bytes=1_000)


async def found(reader: SqlReader, sha256: str) -> list[str]:
    rows = await reader.rows(select(LISTINGS["videos"], ListQuery(filters={"sha256": sha256})))
    return [row.id for row in rows]


async def test_a_project_takes_what_its_videos_have(catalog_database: Database, log: MemoryLog) -> None:
    for project_id, size_bytes in ((MINE, GIGABYTES_3), (MINE, 5), (OTHER, 70)):
        await registered(log, project_id=project_id, size_bytes=size_bytes)
    reader = await read(catalog_database, log)
    expected = [Taken(GIGABYTES_3 + 5, 2, 0), Taken(70, 1, 0), Taken(GIGABYTES_3 + 75, 3, 0), Taken(0, 0, 0)]
    assert expected == [await reader.usage(project_id) for project_id in (MINE, OTHER, None, "prj_none")]


async def test_a_deleted_video_takes_nothing(catalog_database: Database, log: MemoryLog) -> None:
    video = await load(log, VIDEO, await registered(log, project_id=MINE))
    await log.append(video.changes(VideoDeleted()), ORIGIN)
    assert Taken(0, 0, 0) == await (await read(catalog_database, log)).usage(MINE)


async def test_uploads_under_way_are_announced_until_they_end(catalog_database: Database, log: MemoryLog) -> None:
    await an_upload(log, GIGABYTES_3)
    await started(log, await an_upload(log, 20))
    await completed(log, await an_upload(log, 300))
    unwanted = await load(log, JOB, await an_upload(log, 4_000))
    await log.append(unwanted.changes(JobCancelled()), ORIGIN)
    await an_upload(log, 50_000, project_id=OTHER)
    await an_upload(log, 600_000, type="trim")
    assert Taken(0, 0, GIGABYTES_3 + 20) == await (await read(catalog_database, log)).usage(MINE)


@pytest.mark.parametrize("size_bytes", ["many", -5, None, True, 1.5, [7], {"a": 1}])
async def test_an_upload_that_tells_no_size_announces_nothing(
    catalog_database: Database, log: MemoryLog, size_bytes: Any
) -> None:
    await an_upload(log, size_bytes)
    assert 0 == (await (await read(catalog_database, log)).usage(MINE)).announced_bytes


async def test_videos_of_the_same_bytes_are_found_by_their_hash(catalog_database: Database, log: MemoryLog) -> None:
    same = [await registered(log, content=a_file("a")) for _ in range(2)]
    await registered(log, content=a_file("b"))
    reader = await read(catalog_database, log)
    assert (set(same), []) == (set(await found(reader, "a" * 64)), await found(reader, "c" * 64))


async def test_a_video_is_found_by_the_file_that_it_has_now(catalog_database: Database, log: MemoryLog) -> None:
    video_id = await registered(log, content=a_file("a"))
    reader = await read(catalog_database, log)
    facts = a_video(content=a_file("b")).model_dump(include=set(VideoReplaced.model_fields))
    await log.append((await load(log, VIDEO, video_id)).changes(VideoReplaced(**facts)), ORIGIN)
    await on_batch(await log.scan(1, 10), log, SqlStore(catalog_database))
    assert ([], [video_id]) == (await found(reader, "a" * 64), await found(reader, "b" * 64))


@pytest.mark.parametrize(
    ("statement", "index"), [(_live_videos, "COVERING INDEX ix_videos_room"), (_open_uploads, "ix_jobs_open_upload")]
)
async def test_the_room_is_counted_by_an_index_of_its_own(
    catalog_database: Database, log: MemoryLog, statement: Any, index: str
) -> None:
    await read(catalog_database, log)
    if catalog_database.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads small tables as a whole")
    words = statement(MINE).compile(dialect=catalog_database.dialect, compile_kwargs={"literal_binds": True})
    async with catalog_database.begin() as connection:
        plan = (await connection.execute(text(f"EXPLAIN QUERY PLAN {words}"))).all()
    assert index in str(plan)
