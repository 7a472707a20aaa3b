"""Which jobs run is known on every database."""

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.reader import SqlReader
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.handlers.projection import rebuild
from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.job_decisions import start_attempt
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, submitted


async def test_only_running_jobs_are_named(catalog_database: Database) -> None:
    log = MemoryLog()
    _, running = await submitted(log), await submitted(log)
    loaded = await load(log, JOB, running)
    await log.append(loaded.changes(start_attempt(loaded.require(), worker="wrk_1", lease_seconds=30)), ORIGIN)
    await rebuild(log, SqlStore(catalog_database))
    assert [running] == await SqlReader(catalog_database).running_jobs()
