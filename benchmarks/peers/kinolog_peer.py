"""Kinolog itself: the append path of the gateway, the runtime of every worker, and the catalog beside them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvloop
from nats.aio.client import Client as Nats
from nats.errors import Error as NatsError

from benchmarks.engine.noop import QUEUE, events, next_of, submit, work
from benchmarks.peers.contract import Client, at_once, main
from kinolog.common import subjects
from kinolog.common.events import RecordedEvent
from kinolog.common.log import EventLog
from kinolog.common.log.connection import connect as connected
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.provision import provision
from kinolog.common.queries import Query, Stats
from kinolog.common.settings import ServiceSettings

_IN_FLIGHT = 256
_EVENTS_OF_A_JOB = 3


async def prepare() -> None:
    async with connected(ServiceSettings(), "bench") as client:
        await provision(client, queues=(*subjects.QUEUES, QUEUE))


class KinologClient(Client):
    def __init__(self, log: EventLog, nats: Nats) -> None:
        self._log = log
        self._nats = nats
        self._seen: AsyncIterator[RecordedEvent] | None = None

    async def enqueue(self, count: int) -> None:
        await at_once(count, _IN_FLIGHT, lambda _: submit(self._log))

    async def ended(self, count: int) -> bool:
        """By the length of the log, which `followed` holds against the jobs themselves."""
        return await self._log.last_sequence() >= _EVENTS_OF_A_JOB * count

    async def followed(self, count: int) -> None:
        newest = await self._log.last_sequence()
        by_status = Stats.model_validate_json(await self._ask("stats", newest)).jobs.by_status
        if by_status != {"completed": count}:
            raise SystemExit(f"the catalog counts {by_status} instead of {count} completed jobs")

    async def trip(self) -> None:
        if self._seen is None:
            self._seen = events(self._log, await self._log.last_sequence())
        await next_of(self._seen, await submit(self._log))

    async def ready(self) -> None:
        """Return when the catalog answers."""
        while True:
            with suppress(NatsError):
                await self._ask("position", 0)
                return
            await asyncio.sleep(0.05)

    async def _ask(self, name: str, min_seq: int) -> bytes:
        request = Query(min_seq=min_seq).model_dump_json().encode()
        return (await self._nats.request(subjects.catalog_query(name), request, timeout=30)).data


@asynccontextmanager
async def connect() -> AsyncIterator[Client]:
    settings = ServiceSettings()
    async with (
        connected(settings, "bench") as writes,
        connected(settings, "bench-reads") as reads,
        JetStreamLog.open(writes, reads, settings) as log,
    ):
        yield KinologClient(log, reads)


if __name__ == "__main__":
    main(prepare=prepare, work=work, connect=connect, run=uvloop.run)
