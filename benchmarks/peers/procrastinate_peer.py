"""Procrastinate on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import procrastinate
import psycopg

from benchmarks.peers.contract import SLOTS, URL, Client, FirstJob, main

_AT_ONCE = 500
_CONNECTIONS = 10
_POLL_SECONDS = 0.005
_first_job = FirstJob()

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=URL, min_size=2, max_size=_CONNECTIONS))


@app.task(name="noop")
async def noop() -> None:
    _first_job.note()


async def prepare() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


class ProcrastinateClient(Client):
    def __init__(self, database: psycopg.AsyncConnection) -> None:
        self._database = database

    async def enqueue(self, count: int) -> None:
        for start in range(0, count, _AT_ONCE):
            await noop.batch_defer_async(*({} for _ in range(min(_AT_ONCE, count - start))))

    async def ended(self, count: int) -> bool:
        return await self._first("SELECT count(*) >= %s FROM procrastinate_jobs WHERE status = 'succeeded'", count)

    async def trip(self) -> None:
        """There is no call that waits for a job, so its row is looked at again and again."""
        job = await noop.defer_async()
        while not await self._first("SELECT status = 'succeeded' FROM procrastinate_jobs WHERE id = %s", job):
            await asyncio.sleep(_POLL_SECONDS)

    async def _first(self, query: str, argument: int) -> bool:
        return (await (await self._database.execute(query, (argument,))).fetchone())[0]


@asynccontextmanager
async def connect() -> AsyncIterator[Client]:
    async with app.open_async(), await psycopg.AsyncConnection.connect(URL, autocommit=True) as database:
        yield ProcrastinateClient(database)


def work() -> None:
    asyncio.run(_work())


async def _work() -> None:
    async with app.open_async():
        await app.run_worker_async(concurrency=SLOTS)


if __name__ == "__main__":
    main(prepare=prepare, work=work, connect=connect, run=asyncio.run)
