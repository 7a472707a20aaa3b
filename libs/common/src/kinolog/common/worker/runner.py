"""The loop of a worker: take a delivery when a slot is free, claim it, run it, settle it; hand back on the way out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from kinolog.common.aggregates import Job
from kinolog.common.errors import EventUnreadable, LogUnavailable, OutcomeUnknown
from kinolog.common.telemetry import attempt_span
from kinolog.common.worker.attempt import Attempts
from kinolog.common.worker.board import Board
from kinolog.common.worker.claim import Claims
from kinolog.common.worker.progress import Presence
from kinolog.common.worker.queue import Delivery, WorkQueue
from kinolog.common.worker.settle import Settlements

_UNREADABLE_RETRY_SECONDS: Final = 300.0
_UNAVAILABLE_RETRY_SECONDS: Final = 1.0

_logger: Final = structlog.get_logger(__name__)


@dataclass(slots=True)
class Runner:
    """Runs at most `slots` jobs at once."""

    queue: WorkQueue
    board: Board
    claims: Claims
    attempts: Attempts
    settlements: Settlements
    slots: int
    _running: set[str] = field(default_factory=set)
    _is_draining: bool = False
    _has_changed: asyncio.Event = field(default_factory=asyncio.Event)
    _is_idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; then finish what ends soon and hand back the rest."""
        releasing = asyncio.Event()
        async with self._announcing(), asyncio.TaskGroup() as serving:
            await self._take(stopping, releasing, serving)
            self._is_draining = True
            self._has_changed.set()
            serving.create_task(self._release_soon(releasing))

    async def _take(self, stopping: asyncio.Event, releasing: asyncio.Event, serving: asyncio.TaskGroup) -> None:
        free = asyncio.Semaphore(self.slots)
        while await _acquired(free, stopping):
            delivery = await self.queue.next(stopping)
            if delivery is None:
                return
            task = serving.create_task(self._serve(delivery, releasing))
            task.add_done_callback(lambda _: free.release())

    async def _serve(self, delivery: Delivery, releasing: asyncio.Event) -> None:
        try:
            job = await self.claims.claim(delivery)
            if job is not None:
                await self._work(job, delivery, releasing)
        except EventUnreadable as error:
            _logger.error("Quarantined a job with an unreadable event", job_id=delivery.job_id, error=str(error))
            await delivery.hand_back(_UNREADABLE_RETRY_SECONDS)
        except (LogUnavailable, OutcomeUnknown) as error:
            _logger.warning("Could not claim a job", job_id=delivery.job_id, error=str(error))
            await delivery.hand_back(_UNAVAILABLE_RETRY_SECONDS)

    async def _work(self, job: Job, delivery: Delivery, releasing: asyncio.Event) -> None:
        async with self._occupied_by(job.id):
            with attempt_span(job, delivery.traceparent) as span:
                _logger.debug("Starting an attempt", attempt=job.attempt)
                outcome = await self.attempts.run(job, delivery, releasing)
                event = await self.settlements.settle(job, outcome, delivery)
                if event is not None:
                    span.set_attribute("kinolog.outcome", event.event_type)
                    _logger.info("Settled an attempt", attempt=job.attempt, outcome=event.event_type)

    async def _release_soon(self, releasing: asyncio.Event) -> None:
        if self._running:
            self._is_idle.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.attempts.settings.finish_grace_seconds):
                    await self._is_idle.wait()
        releasing.set()

    @asynccontextmanager
    async def _occupied_by(self, job_id: str) -> AsyncIterator[None]:
        self._running.add(job_id)
        self._has_changed.set()
        try:
            yield
        finally:
            self._running.discard(job_id)
            self._has_changed.set()
            if not self._running:
                self._is_idle.set()

    @asynccontextmanager
    async def _announcing(self) -> AsyncIterator[None]:
        announcing = asyncio.create_task(self._announce())
        try:
            yield
        finally:
            announcing.cancel()
            with suppress(asyncio.CancelledError):
                await announcing

    async def _announce(self) -> None:
        started_at = self.claims.identity.clock()
        while True:
            self._has_changed.clear()
            await self.board.announce(self._presence(started_at))
            with suppress(TimeoutError):
                async with asyncio.timeout(self.attempts.settings.presence_interval_seconds):
                    await self._has_changed.wait()

    def _presence(self, started_at: datetime) -> Presence:
        identity = self.claims.identity
        return Presence(
            id=identity.worker_id,
            service=identity.service,
            queue=identity.queue,
            host=identity.host,
            pid=identity.pid,
            slots=self.slots,
            running=tuple(sorted(self._running)),
            is_draining=self._is_draining,
            started_at=started_at,
            at=identity.clock(),
        )


async def _acquired(free: asyncio.Semaphore, stopping: asyncio.Event) -> bool:
    """Wait for a free slot; False when told to stop first."""
    acquiring, stop = asyncio.ensure_future(free.acquire()), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({acquiring, stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
    if acquiring.done():
        return not stopping.is_set()
    acquiring.cancel()
    return False
