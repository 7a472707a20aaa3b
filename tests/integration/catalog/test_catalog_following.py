"""How the catalog follows a log, step by step."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kinolog.catalog.adapters.sqlite import SqliteDatabase
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.rest import Rest
from kinolog.catalog.handlers.projection import keep_following
from kinolog.common.aggregates import JOB, Change
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.ids import new_id
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import ORIGIN, a_submission


class Rests(Applied):
    """Notes down for how long there was to be a rest, and takes none."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    async def rest(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    database = SqliteDatabase(tmp_path / "catalog.db", busy_timeout_seconds=5.0)
    yield SqlStore(database)
    await database.close()


def submissions(count: int) -> list[Change]:
    return [change for _ in range(count) for change in unborn(JOB, new_id("job")).changes(submit_job(a_submission()))]


async def test_the_rest_after_many_events_is_longer_than_after_few(store: SqlStore) -> None:
    log, applied = MemoryLog(), Rests()
    rest = Rest(seconds=0.1, busy_seconds=0.3, busy_events=3)
    following = asyncio.create_task(
        keep_following(log, store, applied, retry_seconds=0.01, check_seconds=60.0, rest=rest)
    )
    await applied.wait_for(0, within_seconds=30)
    for count in (1, 3, 2):
        await applied.wait_for(await log.append(submissions(count), ORIGIN), within_seconds=30)
    await eventually(lambda: len(applied.seconds) == 3)
    following.cancel()
    assert [0.1, 0.3, 0.1] == applied.seconds
