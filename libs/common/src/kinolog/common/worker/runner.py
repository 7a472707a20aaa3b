"""The loop of a worker: take deliveries while slots are free, claim, run and settle each; hand back on the way out."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import structlog

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import EventUnreadable, LogUnavailable, OutcomeUnknown
from kinolog.common.log import EventLog
from kinolog.common.settings import WorkerSettings
from kinolog.common.telemetry import attempt_span
from kinolog.common.worker.announcer import Announcer
from kinolog.common.worker.attempt import Attempts, Handler
from kinolog.common.worker.board import Board
from kinolog.common.worker.claim import Claims
from kinolog.common.worker.control import Controls
from kinolog.common.worker.equipment import Equipment
from kinolog.common.worker.held import Held
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.keeper import Keeper
from kinolog.common.worker.queue import Delivery, WorkQueue
from kinolog.common.worker.settle import Settlements
from kinolog.common.worker.slots import Slot, Slots
from kinolog.common.worker.wait import wait_for_any

_UNREADABLE_RETRY_SECONDS: Final = 300.0
_UNAVAILABLE_RETRY_SECONDS: Final = 1.0

_logger: Final = structlog.get_logger(__name__)


@dataclass(slots=True)
class Runner:
    """Takes as many jobs as there are slots for."""

    queue: WorkQueue
    claims: Claims
    attempts: Attempts
    settlements: Settlements
    keeper: Keeper
    controls: Controls
    announcer: Announcer
    slots: Slots
    finish_grace_seconds: float

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; then finish what ends soon and hand back the rest."""
        beside = self._beside(self.keeper.run(), self.controls.run(), self.announcer.run())
        async with beside, asyncio.TaskGroup() as serving:
            await self._take(stopping, serving)
            self.announcer.leave()
            serving.create_task(self._release_soon())

    async def _take(self, stopping: asyncio.Event, serving: asyncio.TaskGroup) -> None:
        while not stopping.is_set():
            await wait_for_any(self.slots.have_room, stopping)
            await self.controls.wait_until_open(stopping)
            if stopping.is_set():
                return
            for delivery in await self.queue.take(self.slots.free, stopping):
                await self._begin(delivery, serving)

    async def _begin(self, delivery: Delivery, serving: asyncio.TaskGroup) -> None:
        if not self.controls.is_open:  # Closed while it waited for this very delivery
            await delivery.hand_back(0)
            return
        slot = self.slots.occupy()
        serving.create_task(self._serve(delivery, slot)).add_done_callback(lambda _: self.slots.end(slot))

    async def _serve(self, delivery: Delivery, slot: Slot) -> None:
        try:
            held = await self.claims.claim(delivery)
            if held is not None:
                await self._work(held, delivery, slot)
        except EventUnreadable as error:
            _logger.error("Quarantined a job with an unreadable event", job_id=delivery.job_id, error=str(error))
            await delivery.hand_back(_UNREADABLE_RETRY_SECONDS)
        except (LogUnavailable, OutcomeUnknown) as error:
            _logger.warning("Could not claim a job", job_id=delivery.job_id, error=str(error))
            await delivery.hand_back(_UNAVAILABLE_RETRY_SECONDS)

    async def _work(self, held: Held, delivery: Delivery, slot: Slot) -> None:
        job = held.job
        with self._announced(job.id), attempt_span(job, delivery.traceparent) as span:
            _logger.debug("Starting an attempt", attempt=job.attempt)
            ended = await self.attempts.run(held, delivery)
            self.slots.give_back(slot)
            event = await self.settlements.settle(held, ended, delivery)
            if event is not None:
                span.set_attribute("kinolog.outcome", event.event_type)
                _logger.info("Settled an attempt", attempt=job.attempt, outcome=event.event_type)

    @contextmanager
    def _announced(self, job_id: str) -> Iterator[None]:
        self.announcer.begin(job_id)
        try:
            yield
        finally:
            self.announcer.end(job_id)

    async def _release_soon(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.finish_grace_seconds):
                await self.slots.are_unused.wait()
        self.keeper.release_all()

    @asynccontextmanager
    async def _beside(self, *work: Any) -> AsyncIterator[None]:
        """Everything that goes on as long as the worker does. Should any of it break, so does the worker."""
        async with asyncio.TaskGroup() as tasks:
            going = [tasks.create_task(each) for each in work]
            try:
                yield
            finally:
                for task in going:
                    task.cancel()


def build_runner(
    identity: Identity,
    queue: WorkQueue,
    log: EventLog,
    board: Board,
    blobs: BlobStore,
    handlers: Mapping[str, Handler],
    settings: WorkerSettings,
    *,
    slots: int,
    controls: Controls | None = None,
    equipment: Equipment | None = None,
) -> Runner:
    """A worker, put together from the things outside it; without equipment it has no GPU."""
    keeper = Keeper(board, identity.worker_id, identity.clock, settings)
    controls = controls or Controls(log, identity, settings.control_poll_seconds)
    return Runner(
        queue=queue,
        claims=Claims(log, board, identity, settings.lease_seconds, frozenset(handlers)),
        attempts=Attempts(identity, log, blobs, handlers, settings, keeper, board),
        settlements=Settlements(identity, lambda: keeper.is_releasing),
        keeper=keeper,
        controls=controls,
        announcer=Announcer(
            board,
            identity,
            controls,
            slots=slots,
            job_types=tuple(handlers),
            interval_seconds=settings.presence_interval_seconds,
            equipment=equipment or Equipment(),
        ),
        slots=Slots(slots),
        finish_grace_seconds=settings.finish_grace_seconds,
    )
