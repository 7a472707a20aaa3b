"""The indexer of speech: what is late is waited for, and what the storage refuses is tried again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from kinolog.catalog.adapters.speech_index import SqlSpeechIndex
from kinolog.catalog.adapters.speech_tables import TEXTS
from kinolog.catalog.adapters.sqlite import SqliteDatabase
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.errors import NotSearchable, Stale, StoreUnavailable
from kinolog.catalog.domain.indexed import Indexed
from kinolog.catalog.handlers.projection import on_batch, prepare
from kinolog.catalog.handlers.speech_indexer import SpeechIndexer
from kinolog.common.aggregates import CAPTION
from kinolog.common.aggregates.base import unborn
from kinolog.common.errors import StorageFailed
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.ids import new_id
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue
from kinolog.common.testing.examples import NOON, ORIGIN, registered


class Cues:
    """Cues that can be read once the storage is back."""

    def __init__(self, error: Exception | None = None) -> None:
        self.is_away = True
        self.reads = 0
        self._error = error or StorageFailed("away")

    async def read(self, blob: BlobRef) -> AsyncIterator[list[Cue]]:
        self.reads += 1
        yield [Cue(start=0, end=1, text="hello")]
        if self.is_away:
            raise self._error


class Time:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """With a caption in its rows."""
    database, log = SqliteDatabase(tmp_path / "catalog.db", busy_timeout_seconds=5), MemoryLog()
    caption = CaptionCreated(
        video_id=await registered(log),
        project_id="p",
        filename="film.srt",
        language="en",
        cues=BlobRef(sha256="0" * 64, size_bytes=10),
        cue_count=1,
        style={},
    )
    await log.append(unborn(CAPTION, new_id("cap")).changes(caption), ORIGIN)
    store = SqlStore(database)
    await prepare(log, store)
    await on_batch(await log.scan(0, 10), log, store)
    yield database
    await database.close()


def indexer_of(database: SqliteDatabase, cues: Cues, clock: Time, indexed: Indexed | None = None) -> SpeechIndexer:
    return SpeechIndexer(
        index=SqlSpeechIndex(database, cues_per_transaction=10),
        cues=cues,
        applied=Applied(),
        indexed=indexed or Indexed(),
        clock=clock,
        retry_seconds=10,
        longest_retry_seconds=30,
    )


async def states(database: SqliteDatabase) -> list[str]:
    async with database.begin() as connection:
        return list(await connection.scalars(TEXTS.select().with_only_columns(TEXTS.c.state)))


async def test_what_the_storage_refuses_is_tried_again_less_and_less_often(database: SqliteDatabase) -> None:
    cues, clock = Cues(), Time()
    indexer, waits = indexer_of(database, cues, clock), []
    for _ in range(4):
        waits.append(await indexer.look())
        clock.pass_by(waits[-1] or 0)
    assert ([10, 20, 30, 30], 4) == (waits, cues.reads)
    cues.is_away = False
    assert (None, ["indexed"]) == (await indexer.look(), await states(database))


async def test_it_is_not_tried_before_its_time(database: SqliteDatabase) -> None:
    cues, clock = Cues(), Time()
    indexer = indexer_of(database, cues, clock)
    await indexer.look()
    clock.pass_by(9)
    assert (1, 1) == (await indexer.look(), cues.reads)
    assert ["waiting"] == await states(database)


async def test_nothing_is_written_twice(database: SqliteDatabase) -> None:
    cues = Cues()
    cues.is_away = False
    for _ in range(2):
        await indexer_of(database, cues, Time()).look()
    assert 1 == cues.reads


async def test_what_a_look_left_half_done_is_tidied_up_by_the_next(database: SqliteDatabase) -> None:
    cues = Cues(StoreUnavailable("locked"))
    indexer = indexer_of(database, cues, Time())
    with pytest.raises(StoreUnavailable):
        await indexer.look()
    before, cues.is_away = await states(database), False
    await indexer.look()
    assert (["writing"], ["indexed"]) == (before, await states(database))


async def test_a_text_that_somebody_gave_up_meanwhile_is_not_published(database: SqliteDatabase) -> None:
    index = SqlSpeechIndex(database, cues_per_transaction=10)
    await index.prepare()
    (caption,) = await index.wanted(NOON, 10)
    text_id = await index.begin(caption)
    await index.forget_unfinished()
    assert not await index.publish(text_id, caption)
    assert [] == await states(database)


@pytest.fixture
def without_fts5(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinolog.catalog.adapters.speech_engine._MODULE", "fts_of_no_release")


@pytest.mark.usefixtures("without_fts5")
async def test_an_sqlite_that_cannot_search_says_so_and_does_the_rest(database: SqliteDatabase) -> None:
    indexed = Indexed()
    await indexer_of(database, Cues(), Time(), indexed).keep_going(0.01, 0.01)
    with pytest.raises(NotSearchable, match="FTS5"):
        await indexed.wait_for(0, within_seconds=1)
    async with database.begin() as connection:
        assert 1 == await connection.scalar(text("SELECT count(*) FROM captions"))


async def test_a_search_waits_for_what_was_heard_and_no_longer() -> None:
    indexed = Indexed()
    indexed.hear(7)
    await indexed.reach(0)
    was_complete = indexed.is_complete
    waiting = asyncio.create_task(indexed.wait_for(1_000, within_seconds=60))
    await asyncio.sleep(0)
    assert not waiting.done()
    await indexed.reach(7)
    await waiting
    assert (False, True) == (was_complete, indexed.is_complete)


async def test_a_search_is_answered_in_part_while_much_is_still_to_come() -> None:
    indexed = Indexed()
    indexed.hear(7)
    await indexed.reach(0)
    await indexed.wait_for(7, within_seconds=0.01)
    assert not indexed.is_complete


async def test_there_is_no_answer_before_there_is_an_index() -> None:
    with pytest.raises(Stale, match="being made"):
        await Indexed().wait_for(0, within_seconds=0.01)
