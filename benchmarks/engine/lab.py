"""What the measurements of the engine share: a provisioned log of their own, and real services as processes on it."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from nats.aio.client import Client
from nats.errors import Error as NatsError

from benchmarks.engine.installation import scratch_folder, settings
from benchmarks.engine.noop import ORIGIN, QUEUE, new_job
from benchmarks.engine.process import Process, running
from benchmarks.engine.services import MODES, Mode, serving
from kinolog.cli.nats_server import free_port
from kinolog.cli.readiness import answers_ready, instances
from kinolog.common import subjects
from kinolog.common.log.connection import connect
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.provision import provision
from kinolog.common.settings import ServiceSettings

TOKEN: Final = "bench"  # noqa: S105  # of a gateway that lives for a minute, on loopback
_FILL_AT_ONCE: Final = 500
_POLL_SECONDS: Final = 0.005

IsReady = Callable[[], Awaitable[bool]]


def options(what: str, **numbers: int) -> argparse.Namespace:
    """The command line of a measurement: its numbers with their defaults, and the class of durability."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--mode", choices=MODES, default="strict")
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=str(default))
    return parser.parse_args()


@dataclass(frozen=True, slots=True)
class Lab:
    """A log and what runs on it."""

    folder: Path
    environment: dict[str, str]
    nats: Client
    log: JetStreamLog
    server_pid: int

    @asynccontextmanager
    async def service(
        self, name: str, *, module: str | None = None, is_ready: IsReady | None = None, **variables: str
    ) -> AsyncIterator[Process]:
        """A service that answers, while the block lasts. Raises Broken where it ends instead."""
        command = [sys.executable, "-m", module or f"kinolog.{name}"]
        async with running(command, {**self.environment, **variables}, self.folder) as process:
            await process.or_its_end(_until(is_ready or partial(self._answers, _ping(name))))
            yield process

    @asynccontextmanager
    async def catalog(self) -> AsyncIterator[Process]:
        """It answers once it has caught up with where the log ended at its start."""
        is_ready = partial(self._answers, subjects.catalog_query("position"))
        async with self.service("catalog", is_ready=is_ready) as process:
            yield process

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[str]:
        """Its address."""
        port = str(free_port())
        url = f"http://127.0.0.1:{port}"
        where = {"KINOLOG_HOST": "127.0.0.1", "KINOLOG_PORT": port, "KINOLOG_TOKEN": TOKEN}
        async with self.service("gateway", is_ready=partial(answers_ready, url), **where):
            yield url

    @asynccontextmanager
    async def workers(self, count: int, *, slots: int) -> AsyncIterator[list[Process]]:
        """So many workers of no-op jobs, all of them ready."""
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(
                    self.service(
                        QUEUE,
                        module="benchmarks.engine.noop",
                        is_ready=partial(self._are_there, number),
                        BENCH_SLOTS=str(slots),
                    )
                )
                for number in range(1, count + 1)
            ]

    async def _are_there(self, count: int) -> bool:
        is_any = await self._answers(_ping(QUEUE))
        return is_any and len(await instances(self.nats, QUEUE)) >= count

    async def _answers(self, subject: str) -> bool:
        with suppress(NatsError):
            await self.nats.request(subject, timeout=1)
            return True
        return False

    async def fill(self, count: int) -> list[str]:
        """Put so many jobs into the log, and return their ids."""
        job_ids: list[str] = []
        for size in _portions(count):
            changes = [new_job() for _ in range(size)]
            await self.log.append(changes, ORIGIN)
            job_ids += [change.id for change in changes]
        return job_ids


@asynccontextmanager
async def laboratory(mode: Mode) -> AsyncIterator[Lab]:
    with scratch_folder() as folder, serving("nats", mode, folder) as service:
        connection = ServiceSettings(nats_url=service.url)
        async with connect(connection, "bench") as writes, connect(connection, "bench-reads") as reads:
            await provision(writes, queues=(*subjects.QUEUES, QUEUE))
            async with JetStreamLog.open(writes, reads, connection) as log:
                yield Lab(folder, {**settings(folder), **service.environment}, reads, log, service.pid)


async def _until(is_ready: IsReady) -> None:
    while not await is_ready():
        await asyncio.sleep(_POLL_SECONDS)


def _ping(service: str) -> str:
    return f"$SRV.PING.{subjects.micro_service(service)}"


def _portions(count: int) -> Iterator[int]:
    for start in range(0, count, _FILL_AT_ONCE):
        yield min(_FILL_AT_ONCE, count - start)
