"""Runs the whole platform as processes of one machine: in order, until told to stop, then in reverse order."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial

from nats.aio.client import Client as NatsClient

from kinolog.cli import nats_server, readiness
from kinolog.cli.child import Backoff, Child
from kinolog.cli.data_folder import write_private
from kinolog.cli.errors import StartFailed
from kinolog.cli.log_lines import Log
from kinolog.cli.nats_health import watch_over
from kinolog.cli.nats_server import NatsAccess
from kinolog.cli.plan import STAGES, Plan
from kinolog.cli.process import Command
from kinolog.cli.settings import SupervisorSettings
from kinolog.common.log.provision import provision
from kinolog.common.settings import WorkerSettings, read_environment

NAME = "kinolog"


@asynccontextmanager
async def running(plan: Plan, settings: SupervisorSettings, log: Log, lock: int) -> AsyncIterator["Platform"]:
    """Start the platform, yield it when all of it is ready, and stop it whatever happens meanwhile.

    `lock` is the descriptor that holds the data folder. Raises StartFailed.
    """
    platform = Platform(plan, settings, log, lock)
    try:
        await platform.start()
        yield platform
    finally:
        await platform.stop()


class Platform:
    """The children, stage by stage."""

    def __init__(self, plan: Plan, settings: SupervisorSettings, log: Log, lock: int) -> None:
        self._plan = plan
        self._settings = settings
        self._log = log
        self._lock = lock
        self._nats: Child | None = None
        self._health: asyncio.Task[None] | None = None
        self._stages: list[list[Child]] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def watch(self) -> None:
        """Wait for as long as every child is looked after; raises what put an end to that."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def start(self) -> None:
        access = nats_server.prepare(self._plan.folder.nats, self._settings.sync_interval)
        connection = await self._start_nats(access)
        try:
            await self._provision(connection)
            await self._start_services(access, connection)
        finally:
            await connection.close()
        write_private(self._plan.folder.url_file, self._plan.url)

    async def _start_nats(self, access: NatsAccess) -> NatsClient:
        command = nats_server.command(self._plan.folder.nats, self._lock)
        self._nats = self._look_after(command, nats_server.without_chatter(self._log))
        found: list[NatsClient] = []

        async def connected() -> bool:
            found.extend(filter(None, [await readiness.connect(access)]))
            return bool(found)

        await self._until_ready("nats-server", [self._nats], connected)
        health = watch_over(self._nats, access, self._log, self._settings.nats_health_interval_seconds)
        self._health = asyncio.create_task(health, name="nats-health")
        self._tasks.append(self._health)
        return found[0]

    async def _provision(self, connection: NatsClient) -> None:
        """A log that this folder has had and that is gone must be noticed here, before anybody writes to a new one."""
        memory = self._plan.folder.log_created_file
        expected = memory.read_text() if memory.exists() else None
        lease_seconds = read_environment(WorkerSettings).lease_seconds
        created = await provision(connection, lease_seconds=lease_seconds, expect_created=expected)
        write_private(memory, created)

    async def _start_services(self, access: NatsAccess, connection: NatsClient) -> None:
        """All at once, since starting is mostly the same work for each; then each is awaited, stage by stage."""
        groups = {
            service: [self._look_after(command, self._log) for command in self._plan.commands(service, access)]
            for stage in STAGES
            for service in stage
        }
        self._stages = [[child for service in stage for child in groups[service]] for stage in STAGES]
        for service, children in groups.items():
            await self._until_ready(service, children, partial(self._is_ready, service, connection))
            self._log(NAME, f"{service} is ready")

    async def _is_ready(self, service: str, connection: NatsClient) -> bool:
        if len(await readiness.instances(connection, service)) < self._plan.count(service):
            return False
        return service != "gateway" or await readiness.answers_ready(self._plan.url)

    def _look_after(self, command: Command, log: Log) -> Child:
        backoff = Backoff(
            self._settings.restart_backoff_first_seconds,
            self._settings.restart_backoff_most_seconds,
            self._settings.restart_backoff_reset_seconds,
        )
        child = Child(command, backoff, log, self._settings.log_line_limit_bytes)
        self._tasks.append(asyncio.create_task(child.run(), name=command.name))
        return child

    async def _until_ready(self, what: str, children: list[Child], is_ready: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + self._settings.start_timeout_seconds
        while not await is_ready():
            if any(child.deaths >= self._settings.start_deaths_limit for child in children):
                raise StartFailed(f"{what} does not start: it ended again and again; its own log lines say why")
            if time.monotonic() > deadline:
                raise StartFailed(f"{what} was not ready within {self._settings.start_timeout_seconds:g} s")
            await asyncio.sleep(self._settings.ready_poll_interval_seconds)

    async def stop(self) -> None:
        """Stop everything, the last started first. A second cancellation meanwhile kills what is left at once."""
        try:
            await self._stop_services()
            await self._stop_nats()
        finally:
            for child in self._children():
                child.kill()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stop_services(self) -> None:
        """A stage that takes its time does not hold up the next; the grace is one for all."""
        deadline = time.monotonic() + self._settings.stop_grace_seconds
        for stage in reversed(self._stages):
            for child in stage:
                child.terminate()
            left = max(0.0, deadline - time.monotonic())
            await _all_ended(stage, min(left, self._settings.stop_stage_patience_seconds))
        services = [child for stage in self._stages for child in stage]
        for child in await _all_ended(services, max(0.0, deadline - time.monotonic())):
            self._log(child.name, "did not stop in time and is killed")
            child.kill()

    async def _stop_nats(self) -> None:
        if self._health:
            self._health.cancel()
        if self._nats:
            self._nats.terminate()
            await _all_ended([self._nats], self._settings.stop_nats_grace_seconds)

    def _children(self) -> list[Child]:
        return [*filter(None, [self._nats]), *(child for stage in self._stages for child in stage)]


async def _all_ended(children: Iterable[Child], within_seconds: float) -> list[Child]:
    """Those that have not ended by then."""
    waits = {asyncio.create_task(child.ended()): child for child in children}
    if not waits:
        return []
    _, pending = await asyncio.wait(waits, timeout=within_seconds)
    for task in pending:
        task.cancel()
    return [waits[task] for task in pending]
