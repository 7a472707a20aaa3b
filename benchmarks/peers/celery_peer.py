"""Celery with Redis as broker and as store of results."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from celery import Celery
from redis import Redis

from benchmarks.peers.contract import URL, Client, FirstJob, main

# As fast as its default, a process for each core, in a third of the memory; more threads are no faster.
_THREADS = 10
_RESULTS = f"{URL}/1"
_first_job = FirstJob()

app = Celery("bench", broker=f"{URL}/0", backend=_RESULTS)
# As it is set by default, a worker that dies takes the job with it.
app.conf.update(task_acks_late=True, task_reject_on_worker_lost=True, broker_connection_retry_on_startup=True)


@app.task(name="noop")
def noop() -> None:
    _first_job.note()


async def prepare() -> None:
    """Redis needs nothing."""


class CeleryClient(Client):
    def __init__(self, results: Redis) -> None:
        self._results = results

    async def enqueue(self, count: int) -> None:
        """Celery has no bulk form: one connection for all is its fastest."""
        with app.producer_or_acquire() as producer:
            for _ in range(count):
                noop.apply_async(producer=producer)

    async def ended(self, count: int) -> bool:
        return self._results.dbsize() >= count

    async def trip(self) -> None:
        noop.delay().get(timeout=30)


@asynccontextmanager
async def connect() -> AsyncIterator[Client]:
    with Redis.from_url(_RESULTS) as results:
        yield CeleryClient(results)


def work() -> None:
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    app.worker_main(["worker", "--pool", "threads", "--concurrency", str(_THREADS), *quiet])


if __name__ == "__main__":
    main(prepare=prepare, work=work, connect=connect, run=asyncio.run)
