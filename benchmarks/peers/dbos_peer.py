"""DBOS Transact on PostgreSQL: a workflow whose one step does nothing, in a queue."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from dbos import DBOS, DBOSClient

from benchmarks.peers.contract import SLOTS, URL, Client, FirstJob, at_once, main

_DATABASE = URL.replace("postgresql://", "postgresql+psycopg://")
_VERSION = "1"
_OPTIONS = {"queue_name": "bench", "workflow_name": "job", "app_version": _VERSION}
_IN_FLIGHT = 50
# Its default is to look into the queue once a second.
_QUEUE_POLL_SECONDS = 0.02
_RESULT_POLL_SECONDS = 0.005
_first_job = FirstJob()


@DBOS.step()
async def noop() -> None:
    _first_job.note()


@DBOS.workflow(name="job")
async def job() -> None:
    await noop()


async def prepare() -> None:
    await asyncio.to_thread(_launch)
    await asyncio.to_thread(DBOS.destroy)


def _launch() -> None:
    config = {"name": "bench", "system_database_url": _DATABASE, "log_level": "ERROR", "sys_db_pool_size": 20}
    DBOS(config={**config, "application_version": _VERSION})
    DBOS.launch()
    DBOS.register_queue("bench", worker_concurrency=SLOTS, polling_interval_sec=_QUEUE_POLL_SECONDS)


class DbosClient(Client):
    def __init__(self, client: DBOSClient, database: psycopg.AsyncConnection) -> None:
        self._client = client
        self._database = database

    async def enqueue(self, count: int) -> None:
        await at_once(count, _IN_FLIGHT, lambda _: self._client.enqueue_async(_OPTIONS))

    async def ended(self, count: int) -> bool:
        query = "SELECT count(*) >= %s FROM dbos.workflow_status WHERE status = 'SUCCESS'"
        return (await (await self._database.execute(query, (count,))).fetchone())[0]

    async def trip(self) -> None:
        handle = await self._client.enqueue_async(_OPTIONS)
        await handle.get_result(polling_interval_sec=_RESULT_POLL_SECONDS)


@asynccontextmanager
async def connect() -> AsyncIterator[Client]:
    client = DBOSClient(system_database_url=_DATABASE, application_name="bench")
    try:
        async with await psycopg.AsyncConnection.connect(URL, autocommit=True) as database:
            yield DbosClient(client, database)
    finally:
        client.destroy()


def work() -> None:
    _launch()
    signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    main(prepare=prepare, work=work, connect=connect, run=asyncio.run)
