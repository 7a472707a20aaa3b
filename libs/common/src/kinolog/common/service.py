"""Starting and stopping a service: telemetry, signals, connections, discovery; and the frame of every worker."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)
from dataclasses import dataclass
from typing import Final

import structlog
import uvloop
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.micro import add_service
from nats.micro.service import Service as MicroService
from nats.micro.service import ServiceConfig

from kinolog.common import subjects, telemetry
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import BadSettings, KinologError, LogError
from kinolog.common.heap import give_back_memory
from kinolog.common.leftovers import sweeping
from kinolog.common.log.connection import connect
from kinolog.common.log.direct import DirectReader
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.patience import patiently
from kinolog.common.log.provision import restore_progress
from kinolog.common.settings import S, ServiceSettings, WorkerSettings, read_environment
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.board import NatsBoard
from kinolog.common.worker.control import Controls
from kinolog.common.worker.equipment import Equipment, FindGpu
from kinolog.common.worker.hints import listening
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.preference import PreferenceQueue
from kinolog.common.worker.queue import WorkQueue
from kinolog.common.worker.runner import build_runner
from kinolog.common.worker.turns import FairQueue

VERSION: Final = "0.1.0"
_RESTORE_SECONDS: Final = 30.0
_ALLOCATIONS_PER_COLLECTION: Final = 10_000

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """What every service has while it runs. It stops when `stopping` is set."""

    name: str
    writes: Client
    reads: Client
    log: JetStreamLog
    board: NatsBoard
    blobs: BlobStore
    micro: MicroService
    stopping: asyncio.Event


Beside = Callable[[Service], AbstractAsyncContextManager[None]]


def read_settings(name: str, settings: type[S]) -> S:
    """From the environment. What is wrong there ends the process with one line that names every variable."""
    with starting(name):
        return read_environment(settings)


@contextmanager
def starting(name: str) -> Iterator[None]:
    """For what settings are found to be wrong in before there is a log to tell it in."""
    try:
        yield
    except BadSettings as error:
        sys.exit(f"The {name} service cannot start. {error}")


def run(name: str, settings: ServiceSettings, main: Callable[[Service], Awaitable[None]]) -> None:
    """Run a service until SIGTERM or Ctrl-C."""
    provider = telemetry.configure(name, settings)
    try:
        uvloop.run(_run(name, settings, main))
    finally:
        provider.shutdown()


def run_worker(
    name: str,
    settings: WorkerSettings,
    handlers: Mapping[str, Handler],
    *,
    slots: int,
    queue: str | None = None,
    find_gpu: FindGpu | None = None,
    beside: Beside | None = None,
) -> None:
    """Run the jobs of one queue, by default the one named like the service; and before them those that ask for a GPU,
    once `find_gpu` has found one. `beside` goes on as long as jobs do.
    """

    async def work(service: Service) -> None:
        plain = queue or service.name
        identity = Identity(service.name, plain, gpu_queue=subjects.GPU_QUEUES[plain] if find_gpu else None)
        equipment = Equipment()
        controls = Controls(service.log, identity, settings.control_poll_seconds)
        async with queue_of(identity, service, settings, controls, equipment) as taken_from:
            parts = (service.log, service.board, service.blobs, handlers, settings)
            runner = build_runner(identity, taken_from, *parts, slots=slots, controls=controls, equipment=equipment)
            async with (
                sweeping(service.blobs, settings.blob_leftover_hours),
                listening(service.writes, identity, on_cancel=runner.keeper.suspect, on_setting=controls.hint),
                equipment.looked_for(find_gpu or _no_gpu, settings.gpu_queue),
                beside(service) if beside else nullcontext(),
            ):
                await runner.run(service.stopping)

    run(name, settings, work)


@asynccontextmanager
async def queue_of(
    identity: Identity, service: Service, settings: WorkerSettings, controls: Controls, equipment: Equipment
) -> AsyncIterator[WorkQueue]:
    """What a worker takes its jobs from: one queue, or the two of a machine that may have a GPU."""

    def may_take(queue: str) -> bool:
        return controls.may_take(queue) and queue in equipment.queues_of(identity)

    async with AsyncExitStack() as stack:
        opened = {
            queue: await stack.enter_async_context(
                FairQueue.open(service.writes, queue, settings.poll_interval_seconds, service.board.last_order)
            )
            for queue in identity.queues
        }
        yield PreferenceQueue(opened, may_take) if len(opened) > 1 else opened[identity.queue]


async def _no_gpu() -> tuple[str, ...]:
    return ()


@asynccontextmanager
async def open_service(name: str, settings: ServiceSettings, stopping: asyncio.Event) -> AsyncIterator[Service]:
    async with AsyncExitStack() as stack:
        restorer = await stack.enter_async_context(_ProgressRestorer.open())
        writes = await stack.enter_async_context(connect(settings, name, restorer.restore))
        reads = await stack.enter_async_context(connect(settings, f"{name}-reads"))
        log = JetStreamLog.open(writes, reads, settings)
        progress = DirectReader.open(reads, subjects.PROGRESS_STREAM)
        yield Service(
            name=name,
            writes=writes,
            reads=reads,
            log=await stack.enter_async_context(log),
            board=NatsBoard(writes, await stack.enter_async_context(progress)),
            blobs=BlobStore.open(settings.blobs_url),
            micro=await stack.enter_async_context(_discoverable(reads, name, stopping)),
            stopping=stopping,
        )


async def _run(name: str, settings: ServiceSettings, main: Callable[[Service], Awaitable[None]]) -> None:
    stopping, starting = asyncio.Event(), asyncio.current_task()
    _on_signals(lambda: _stop(stopping, starting))
    with _leaving_quietly(stopping), telling_why():
        async with open_service(name, settings, stopping) as service:
            starting = None
            collect_less()
            give_back_memory()  # What starting has freed.
            _logger.info("Started")
            await main(service)
    _logger.info("Stopped")


def _on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _stop(stopping: asyncio.Event, starting: asyncio.Task[None] | None) -> None:
    """What still starts may be waiting for a NATS server that never comes, so it is not asked but interrupted."""
    stopping.set()
    if starting is not None:
        starting.cancel()


@contextmanager
def _leaving_quietly(stopping: asyncio.Event) -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise


@contextmanager
def telling_why() -> Iterator[None]:
    """What breaks a promise of the log, or keeps a service out of it, ends the service with exit code 1, and is for a
    person to mend, not to debug.
    """
    reasons: set[str] = set()
    try:
        yield
    except* KinologError as errors:
        reasons = set(_reasons_of(errors))
    for reason in reasons:
        _logger.critical("Stopped: a person has to look", error=reason)
    if reasons:
        sys.exit(1)


def _reasons_of(errors: ExceptionGroup[KinologError]) -> Iterator[str]:
    for error in errors.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _reasons_of(error)
        else:
            yield str(error)


def collect_less() -> None:
    """What is there now stays, and what comes is freed by counting references, all but a little.

    With Python's own thresholds a busy service spends a seventh of its time on looking for the rest.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_PER_COLLECTION)


@asynccontextmanager
async def _discoverable(client: Client, name: str, stopping: asyncio.Event) -> AsyncIterator[MicroService]:
    """Answer NATS service discovery (`$SRV.PING.kinolog-<name>`), which is also how readiness is asked for.

    Once the service is to stop, it is not discovered any more, and questions go to others that are there.
    """
    service = await add_service(client, ServiceConfig(name=subjects.micro_service(name), version=VERSION))
    leaving = asyncio.create_task(_leave(client, service, stopping))
    try:
        yield service
    finally:
        stopping.set()
        await leaving


async def _leave(client: Client, service: MicroService, stopping: asyncio.Event) -> None:
    """To be done once, and to its end: nats-py breaks over a service whose stopping was interrupted."""
    await stopping.wait()
    if client.is_connected:
        with suppress(NatsError):  # A server that does not answer forgets the service with its connection.
            await service.stop()


class _ProgressRestorer:
    """Brings the stream of progress back whenever the connection is regained."""

    def __init__(self) -> None:
        self._restoring: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["_ProgressRestorer"]:
        restorer = cls()
        try:
            yield restorer
        finally:
            if restorer._restoring is not None:
                restorer._restoring.cancel()
                await asyncio.wait([restorer._restoring])

    def restore(self, client: Client) -> None:
        self._restoring = asyncio.create_task(self._restore(client))

    async def _restore(self, client: Client) -> None:
        try:
            await patiently(lambda: restore_progress(client), _RESTORE_SECONDS)
        except LogError as error:
            _logger.warning("Cannot bring the progress stream back", error=str(error))
