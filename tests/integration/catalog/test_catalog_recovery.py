"""The database is disposable: whatever is killed, deleted or rebuilt, the rows are those of the log again."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.reader import SqlReader
from kinolog.catalog.adapters.sqlite import remove_files
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.adapters.tables import CHECKPOINT
from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.errors import RebuildRunning
from kinolog.catalog.handlers.projection import keep_following, on_batch, prepare, rebuild
from kinolog.catalog.settings import CatalogSettings
from kinolog.common.errors import LogCorrupt
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import created, registered, submitted

on_sqlite = pytest.mark.parametrize("catalog_settings", ["sqlite"], indirect=True)


async def grow(log: Any, *, by: int = 4) -> None:
    for number in range(by):
        await created(log, f"Project {number}")
        await registered(log, title=f"Video {number}")
        await submitted(log)


async def test_a_restarted_catalog_goes_on_from_its_checkpoint(
    jetstream_log: JetStreamLog, running: Any, ask: Any, catalog_database: Database
) -> None:
    await grow(jetstream_log)
    async with running():
        before = (await SqlReader(catalog_database).digest())[0]
    await grow(jetstream_log)
    async with running():
        page = await ask.page("projects")
    assert (12, 8) == (before, len(page.data))


@on_sqlite
async def test_a_deleted_database_is_made_anew_with_the_same_rows(
    jetstream_log: JetStreamLog, running: Any, catalog_database: Database, tmp_path: Path
) -> None:
    await grow(jetstream_log)
    async with running():
        before = await SqlReader(catalog_database).digest()
    await catalog_database.close()
    remove_files(tmp_path / "catalog.db")
    async with running():
        assert before == await SqlReader(catalog_database).digest()


@on_sqlite
async def test_a_database_deleted_under_a_running_catalog_is_made_anew(
    jetstream_log: JetStreamLog, running: Any, ask: Any, tmp_path: Path
) -> None:
    await created(jetstream_log, "After")
    async with running(catalog_check_interval_seconds=0.05):
        remove_files(tmp_path / "catalog.db")
        await eventually(lambda: (tmp_path / "catalog.db").exists())
        await eventually(lambda: _has_newest(ask, 1))


async def _has_newest(ask: Any, sequence: int) -> bool:
    error, answer = await ask.raw("projects", f'{{"min_seq": {sequence}, "limit": 1}}'.encode())
    return error is None and b"After" in answer


@pytest.mark.parametrize("damage", ["UPDATE checkpoint SET schema_digest = 'older'", "DROP TABLE checkpoint"])
async def test_tables_of_another_release_are_made_anew(catalog_database: Database, damage: str) -> None:
    log, store = MemoryLog(), SqlStore(catalog_database)
    await grow(log)
    await prepare(log, store)
    before = await SqlReader(catalog_database).digest()
    async with catalog_database.begin() as connection:
        await connection.execute(text(_in_schema(damage, catalog_database)))
    await prepare(log, store)
    assert before == await SqlReader(catalog_database).digest()


def _in_schema(statement: str, database: Database) -> str:
    return statement.replace("checkpoint", f"{database.schema}.checkpoint") if database.schema else statement


async def test_a_checkpoint_beyond_the_log_stops_the_catalog(catalog_database: Database) -> None:
    log, store = MemoryLog(), SqlStore(catalog_database)
    await grow(log)
    await prepare(log, store)
    async with catalog_database.begin() as connection:
        await connection.execute(update(CHECKPOINT).values(sequence=1_000))
    with pytest.raises(LogCorrupt):
        await keep_following(log, store, Applied(), retry_seconds=0.01, check_seconds=0.01)


async def test_a_replaced_log_stops_the_catalog(catalog_database: Database) -> None:
    log, another, store = MemoryLog(), MemoryLog(), SqlStore(catalog_database)
    await grow(log)
    await grow(another)
    await prepare(log, store)
    with pytest.raises(LogCorrupt):
        await keep_following(another, store, Applied(), retry_seconds=0.01, check_seconds=0.01)


async def test_a_rebuild_leaves_a_running_catalog_running(
    jetstream_log: JetStreamLog, running: Any, ask: Any, catalog_database: Database
) -> None:
    async with running(), asyncio.TaskGroup() as tasks:
        growing = tasks.create_task(grow(jetstream_log, by=20))
        for _ in range(3):
            await rebuild(jetstream_log, SqlStore(catalog_database))
        await growing
        await created(jetstream_log, "After")
        await eventually(lambda: _has_newest(ask, 61))


async def test_a_second_rebuild_at_the_same_time_is_refused(catalog_database: Database) -> None:
    log, store = MemoryLog(), SqlStore(catalog_database)
    await prepare(log, store)
    async with store.beside():
        with pytest.raises(RebuildRunning):
            await rebuild(log, store)


async def test_a_rebuild_never_takes_the_rows_back(catalog_database: Database) -> None:
    log, store = MemoryLog(), SqlStore(catalog_database)
    await grow(log)
    async with store.beside() as behind:
        await behind.create(await log.checkpoint(0))
        await on_batch(await log.scan(0, 5), log, behind)
        await prepare_beside(log, store)
        assert not await store.adopt(behind, log.last_sequence)


async def test_nobody_writes_rows_while_a_rebuild_asks_where_the_log_ends(catalog_database: Database) -> None:
    """They would come further than the answer, and be taken for those of another log."""
    log, store, other = MemoryLog(), SqlStore(catalog_database), SqlStore(catalog_database)
    await grow(log)
    writing: list[asyncio.Task[int]] = []

    async def log_end() -> int:
        await created(log, "Meanwhile")
        writing.append(asyncio.create_task(on_batch(await log.scan(0, 500), log, other)))
        _, waiting = await asyncio.wait(writing, timeout=0.1)
        return 0 if not waiting else await log.last_sequence()

    async with store.beside() as behind:
        await behind.create(await log.checkpoint(0))
        await prepare_beside(log, store)
        assert not await store.adopt(behind, log_end)
    assert await log.last_sequence() == await writing[0]


async def prepare_beside(log: MemoryLog, store: SqlStore) -> None:
    """Bring a store up to date without a rebuild, which is somebody else's at the moment."""
    await store.create(await log.checkpoint(0))
    await on_batch(await log.scan(0, 500), log, store)


async def test_waiting_readers_see_all_rows_while_a_rebuild_goes_on(catalog_database: Database) -> None:
    log, store, reader = MemoryLog(), SqlStore(catalog_database), SqlReader(catalog_database)
    await grow(log)
    await prepare(log, store)
    rebuilding = asyncio.create_task(rebuild(log, store))
    counts = set()
    while not rebuilding.done():
        counts.add((await reader.count_by("project", "is_deleted")).get(False, 0))
    await rebuilding
    assert {4} == counts


def start(settings: CatalogSettings, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "KINOLOG_NATS_URL": settings.nats_url,
        "KINOLOG_DATABASE_URL": settings.database_url.get_secret_value(),
    }
    command = [sys.executable, "-m", "kinolog.catalog", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


async def test_a_catalog_killed_while_it_folds_ends_with_the_same_rows(
    jetstream_log: JetStreamLog, settings: CatalogSettings, ask: Any, running: Any, catalog_database: Database
) -> None:
    process = start(settings)
    await eventually(ask.is_answered, within=30)
    growing = asyncio.create_task(grow(jetstream_log, by=30))
    await eventually(lambda: SqlReader(catalog_database).count_by("job", "status"))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    await growing
    async with running():
        after_the_kill = await SqlReader(catalog_database).digest()
    await rebuild(jetstream_log, SqlStore(catalog_database))
    assert after_the_kill == await SqlReader(catalog_database).digest()


@on_sqlite
async def test_the_rebuild_command_says_what_it_came_to(
    jetstream_log: JetStreamLog, settings: CatalogSettings, catalog_database: Database
) -> None:
    await grow(jetstream_log)
    process = start(settings, "rebuild")
    output, errors = await asyncio.to_thread(process.communicate)
    sequence, digest = await SqlReader(catalog_database).digest()
    assert (0, f"rebuilt up to sequence {sequence}, digest {digest}\n") == (process.returncode, output.decode()), errors


@on_sqlite
async def test_a_catalog_that_cannot_go_on_says_so_and_ends(
    nats_server: NatsServer, jetstream_log: JetStreamLog, settings: CatalogSettings, catalog_database: Database
) -> None:
    await grow(jetstream_log)
    await prepare(jetstream_log, SqlStore(catalog_database))
    async with catalog_database.begin() as connection:
        await connection.execute(update(CHECKPOINT).values(event_id="evt_another"))
    _, errors = await asyncio.to_thread(start(settings).communicate, timeout=30)
    assert b"a person has to look" in errors


@on_sqlite
async def test_a_locked_database_is_waited_for(
    jetstream_log: JetStreamLog, running: Any, ask: Any, catalog_database: Database
) -> None:
    async with running(sqlite_busy_timeout_seconds=0.05, catalog_retry_interval_seconds=0.05):
        async with SqlStore(catalog_database).transaction():
            await created(jetstream_log, "After")
            assert "stale" == (await ask.problem("projects", b'{"min_seq": 1}')).code
        await eventually(lambda: _has_newest(ask, 1))
