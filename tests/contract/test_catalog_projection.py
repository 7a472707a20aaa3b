"""However the log is delivered, the rows are the fold of its aggregates: on every database, and after a rebuild."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.reader import SqlReader
from kinolog.catalog.adapters.sqlite import SqliteDatabase
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.adapters.tables import TABLES
from kinolog.catalog.domain.folding import Folded, Key, fold_entries
from kinolog.catalog.domain.storable import storable
from kinolog.catalog.handlers.projection import on_batch, rebuild
from kinolog.common.aggregates import AGGREGATES
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.errors import LogCorrupt, LogUnavailable
from kinolog.common.events import BlobRef, Event
from kinolog.common.events.caption import CaptionCreated, CaptionDeleted, CaptionPurged, CaptionStyled
from kinolog.common.events.envelope import to_body, to_headers
from kinolog.common.events.job import JobCancelled, JobCompleted, JobStarted
from kinolog.common.events.project import ProjectCreated, ProjectDeleted, ProjectPurged, ProjectRestored, ProjectUpdated
from kinolog.common.events.video import VideoDeleted, VideoPurged, VideoUpdated
from kinolog.common.ids import new_id
from kinolog.common.log import Batch, load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.log.stamp import stamp
from kinolog.common.testing.examples import NOON, ORIGIN, a_submission, a_video

CAPTION: Final = CaptionCreated(
    video_id="vid_" + "0" * 32,
    project_id="prj_" + "0" * 32,
    filename="film.srt",
    language="en",
    style={},
    cues=BlobRef(sha256="0" * 64, size_bytes=10),
    cue_count=3,
)
EVENTS: Final[dict[str, tuple[Event, ...]]] = {
    "project": (
        ProjectCreated(name="One"),
        ProjectUpdated(name="Zwei"),
        ProjectDeleted(),
        ProjectRestored(),
        ProjectPurged(),
    ),
    "video": (a_video(), VideoUpdated(title="Two"), VideoDeleted(), VideoPurged()),
    "caption": (CAPTION, CaptionStyled(style={"fontSize": 1e23}), CaptionDeleted(), CaptionPurged()),
    "job": (
        submit_job(a_submission()),
        JobStarted(attempt=1, worker="w", lease_seconds=3.0),
        JobCompleted(attempt=1, output_data={"nul": "\0"}),
        JobCancelled(),
    ),
}
KEYS: Final = [Key(kind, new_id(AGGREGATES[kind].id_prefix)) for kind in EVENTS for _ in range(2)]

JOBS: Final = [key for key in KEYS if key.kind == "job"]

# The log comes three entries at a time: one to a window, two, or all.
windows = pytest.mark.parametrize("window_events", [1, 4, 100])
happenings = st.sampled_from(KEYS).flatmap(lambda key: st.tuples(st.just(key), st.sampled_from(EVENTS[key.kind])))
histories = st.lists(happenings, min_size=1, max_size=30)
for_each_history = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class LogInPieces(MemoryLog):
    """Brings three entries at a time, and none beyond `breaks_after` until it is mended."""

    breaks_after: int | None = None

    async def tail(self, after: int) -> AsyncIterator[Batch]:
        async for batch in super().tail(after):
            for start in range(0, len(batch.entries), 3):
                if self.breaks_after is not None and batch.entries[start].sequence > self.breaks_after:
                    raise LogUnavailable("on purpose")
                yield replace(batch, entries=batch.entries[start : start + 3])


async def log_of(history: list[tuple[Key, Event]]) -> LogInPieces:
    """Any events in any order, sensible or not."""
    log = LogInPieces(lambda: NOON)
    for key, event in history:
        loaded = await folded(log, key)
        await log.append(loaded.changes(event), ORIGIN)
    return log


async def deliver(log: MemoryLog, store: SqlStore, rng: random.Random) -> None:
    """The whole log in batches of any size, shuffled, with entries from before."""
    applied, end = 0, await log.last_sequence()
    while applied < end:
        until = min(applied + rng.randint(1, 8), end)
        again = (await log.scan(rng.randint(0, applied), until)).entries
        entries = [entry for entry in again if entry.sequence <= until]
        entries += rng.sample(entries, len(entries))
        rng.shuffle(entries)
        applied = await on_batch(Batch(tuple(entries), is_caught_up=False), log, store)


async def empty_store(database: Database, log: MemoryLog) -> SqlStore:
    store = SqlStore(database)
    await store.create(await log.checkpoint(0))
    return store


@asynccontextmanager
async def another_sqlite(folder: Path) -> AsyncIterator[Database]:
    database = SqliteDatabase(folder / "another.db", busy_timeout_seconds=5)
    try:
        yield database
    finally:
        await database.close()


@given(history=histories, rng=st.randoms(use_true_random=False))
@for_each_history
async def test_any_delivery_gives_the_fold_of_every_aggregate(
    history: list[tuple[Key, Event]], rng: random.Random, catalog_database: Database
) -> None:
    log = await log_of(history)
    store = await empty_store(catalog_database, log)

    await deliver(log, store, rng)

    expected = {key: fold for key in KEYS if (fold := await folded(log, key)).exists}
    async with store.transaction() as transaction:
        assert expected == await transaction.known(KEYS)


@given(history=histories, rng=st.randoms(use_true_random=False))
@for_each_history
async def test_live_rows_equal_rebuilt_rows_on_either_engine(
    history: list[tuple[Key, Event]], rng: random.Random, catalog_database: Database, tmp_path: Path
) -> None:
    log = await log_of(history)
    async with another_sqlite(tmp_path) as elsewhere:
        await deliver(log, await empty_store(elsewhere, log), rng)

        await rebuild(log, await empty_store(catalog_database, log), window_events=rng.randint(1, 12))

        assert await SqlReader(elsewhere).digest() == await SqlReader(catalog_database).digest()


async def rebuilt(log: MemoryLog, database: Database, window_events: int) -> dict[Key, Folded]:
    store = SqlStore(database)
    await rebuild(log, store, window_events=window_events)
    async with store.transaction() as transaction:
        return await transaction.known(KEYS)


@windows
async def test_an_aggregate_has_all_its_events_however_many_windows_they_lie_in(
    window_events: int, catalog_database: Database
) -> None:
    log = await log_of([(key, event) for event in EVENTS["job"][:3] for key in JOBS])

    rows = await rebuilt(log, catalog_database, window_events)

    assert {key: await folded(log, key) for key in JOBS} == rows


@windows
async def test_a_project_that_is_purged_in_any_window_has_no_row(
    window_events: int, catalog_database: Database
) -> None:
    log = await log_of([(key, event) for event in EVENTS["project"] for key in KEYS[:2]])

    assert {} == await rebuilt(log, catalog_database, window_events)


@windows
async def test_what_comes_after_a_broken_event_is_left_out_in_its_window_and_in_later_ones(
    window_events: int, catalog_database: Database
) -> None:
    log = await log_of([(KEYS[0], EVENTS["project"][0])])
    before = await folded(log, KEYS[0])
    await log.append_raw(f"evt.project.{KEYS[0].id}.2.updated", {}, b"broken")
    for version in range(3, 9):
        await log.append_raw(f"evt.project.{KEYS[0].id}.{version}.deleted", *sound_message(ProjectDeleted()))

    rows = await rebuilt(log, catalog_database, window_events)

    async with SqlStore(catalog_database).transaction() as transaction:
        assert ({KEYS[0]: before}, {KEYS[0]}, 7) == (rows, await transaction.frozen(KEYS), transaction.mark.quarantined)


@windows
async def test_a_rebuild_that_ends_within_a_window_leaves_the_rows_as_they_were(
    window_events: int, catalog_database: Database
) -> None:
    log = await log_of([(key, event) for event in EVENTS["job"][:3] for key in JOBS])
    await rebuilt(log, catalog_database, window_events)
    before = await SqlReader(catalog_database).digest()
    log.breaks_after = 3

    with pytest.raises(LogUnavailable):
        await rebuild(log, SqlStore(catalog_database), window_events=window_events)

    assert before == await SqlReader(catalog_database).digest()


@windows
async def test_a_rebuild_after_one_that_ended_within_a_window_begins_anew(
    window_events: int, catalog_database: Database
) -> None:
    log = await log_of([(key, event) for event in EVENTS["job"][:3] for key in JOBS])
    log.breaks_after = 3
    with suppress(LogUnavailable):
        await rebuild(log, SqlStore(catalog_database), window_events=window_events)
    log.breaks_after = None

    rows = await rebuilt(log, catalog_database, window_events)

    assert {key: await folded(log, key) for key in JOBS} == rows


async def test_a_batch_that_comes_twice_changes_nothing(catalog_database: Database) -> None:
    log = await log_of([(KEYS[0], EVENTS["project"][0]), (KEYS[0], EVENTS["project"][1])])
    store, batch = await empty_store(catalog_database, log), await log.scan(0, 10)
    await on_batch(batch, log, store)
    before = await SqlReader(catalog_database).digest()

    await on_batch(batch, log, store)

    assert before == await SqlReader(catalog_database).digest()


async def test_a_gap_stops_the_projection_and_leaves_the_rows(catalog_database: Database) -> None:
    log = await log_of([(KEYS[0], event) for event in EVENTS["project"][:3]])
    store = await empty_store(catalog_database, log)

    with pytest.raises(LogCorrupt, match="entry 1"):
        await on_batch(Batch((await log.scan(1, 10)).entries, is_caught_up=True), log, store)

    assert 0 == (await store.checkpoint()).sequence


async def test_rows_of_another_log_are_not_added_to(catalog_database: Database) -> None:
    log, another = await log_of([(KEYS[0], EVENTS["project"][0])]), await log_of([(KEYS[0], EVENTS["project"][0])])
    store = await empty_store(catalog_database, log)

    with pytest.raises(LogCorrupt, match="the stream was made at"):
        await on_batch(await another.scan(0, 10), another, store)


async def test_a_purged_aggregate_has_no_row(catalog_database: Database) -> None:
    log = await log_of([(KEYS[0], EVENTS["project"][0])])
    store = await empty_store(catalog_database, log)
    await on_batch(await log.scan(0, 10), log, store)
    await log.append((await folded(log, KEYS[0])).changes(ProjectPurged()), ORIGIN)

    await on_batch(await log.scan(1, 10), log, store)

    async with store.transaction() as transaction:
        assert {} == await transaction.known(KEYS)


async def test_a_frozen_aggregate_keeps_the_row_it_had(catalog_database: Database) -> None:
    log = await log_of([(KEYS[0], EVENTS["project"][0])])
    store = await empty_store(catalog_database, log)
    await on_batch(await log.scan(0, 10), log, store)
    before = await folded(log, KEYS[0])
    await log.append_raw(f"evt.project.{KEYS[0].id}.2.updated", {}, b"broken")
    await on_batch(await log.scan(1, 10), log, store)
    await log.append_raw(f"evt.project.{KEYS[0].id}.3.deleted", *sound_message(ProjectDeleted()))

    await on_batch(await log.scan(2, 10), log, store)

    async with store.transaction() as transaction:
        known, frozen = await transaction.known(KEYS), await transaction.frozen(KEYS)
    assert ({KEYS[0]: before}, {KEYS[0]}) == (known, frozen)


async def test_what_was_rolled_back_is_not_remembered(catalog_database: Database) -> None:
    log = await log_of([(KEYS[0], event) for event in EVENTS["project"][:3]])
    store = await empty_store(catalog_database, log)
    await on_batch(await log.scan(0, 1), log, store)
    with suppress(ZeroDivisionError):
        async with store.transaction() as transaction:
            fold = fold_entries((await log.scan(1, 1)).entries, await transaction.known(KEYS), set())
            await transaction.write(fold, await log.checkpoint(2))
            _ = 1 / 0

    await on_batch(await log.scan(1, 2), log, store)

    async with SqlStore(catalog_database).transaction() as transaction:
        assert {KEYS[0]: await folded(log, KEYS[0])} == await transaction.known(KEYS)


async def test_what_another_process_wrote_is_read_back(catalog_database: Database) -> None:
    log = await log_of([(KEYS[0], event) for event in EVENTS["project"][:3]])
    store = await empty_store(catalog_database, log)
    await on_batch(await log.scan(0, 1), log, store)
    await on_batch(await log.scan(1, 1), log, SqlStore(catalog_database))

    await on_batch(await log.scan(2, 1), log, store)

    async with SqlStore(catalog_database).transaction() as transaction:
        assert {KEYS[0]: await folded(log, KEYS[0])} == await transaction.known(KEYS)


async def test_rows_that_were_made_anew_are_read_back(catalog_database: Database) -> None:
    log = await log_of([(KEYS[0], event) for event in EVENTS["project"][:2]])
    store = await empty_store(catalog_database, log)
    await on_batch(await log.scan(0, 10), log, store)
    await rebuild(log, SqlStore(catalog_database))
    async with catalog_database.begin() as connection:
        await connection.execute(delete(TABLES["project"]))

    async with store.transaction() as transaction:
        assert {} == await transaction.known(KEYS)


async def test_a_database_without_tables_is_not_current(catalog_database: Database) -> None:
    assert not await SqlStore(catalog_database).is_current()


async def folded(log: MemoryLog, key: Key) -> Folded:
    """The fold that every reader of the log gets, as far as a row can hold it."""
    loaded: Folded = await load(log, AGGREGATES[key.kind], key.id)
    return loaded if loaded.state is None else replace(loaded, state=storable(loaded.state))


def sound_message(event: Event) -> tuple[dict[str, str], bytes]:
    return to_headers(event, stamp(ORIGIN, lambda: NOON)), to_body(event)
