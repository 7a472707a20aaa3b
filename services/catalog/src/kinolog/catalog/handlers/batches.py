"""Batches: when a job fails that stops its batch, as its submitter said, the unfinished rest of it is cancelled."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from kinolog.catalog.domain.batch import is_stopped_by, stops_its_batch
from kinolog.catalog.domain.bell import Bell, Hearing
from kinolog.catalog.domain.dependence import in_short
from kinolog.catalog.handlers.manager import keep_looking, origin_of
from kinolog.common.aggregates import JOB, Job, fold
from kinolog.common.aggregates.job_decisions import cancel_job
from kinolog.common.errors import Conflict, EventUnreadable
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobFailed
from kinolog.common.log import EventLog

_AT_ONCE: Final = 32

_logger: Final = structlog.get_logger(__name__)


class BatchJobs(Protocol):
    """Both raise StoreUnavailable."""

    async def stopping_jobs(self) -> list[str]:
        """The failed jobs that may end others of their batch, as far as is known."""
        ...

    async def unfinished_of(self, batch_id: str) -> list[str]:
        """The jobs of a batch that have not ended."""
        ...


@dataclass(slots=True)
class Batches:
    log: EventLog
    jobs: BatchJobs
    bell: Bell = field(default_factory=Bell)

    def attend(self, hearing: Hearing) -> None:
        hearing.listen(lambda _: self.bell.ring(), JobFailed)

    async def keep_going(self, pause_seconds: float, interval_seconds: float) -> None:
        await keep_looking(self.look, self.bell, pause_seconds=pause_seconds, interval_seconds=interval_seconds)

    async def look(self) -> None:
        for job_id in await self.jobs.stopping_jobs():
            failed = await self._history(job_id)
            job = fold(JOB, job_id, failed).state
            if job is not None and stops_its_batch(job):
                await self._stop_others(job, failed)

    async def _stop_others(self, job: Job, failed: Sequence[RecordedEvent]) -> None:
        others = await self.jobs.unfinished_of(job.batch_id or "")
        for start in range(0, len(others), _AT_ONCE):
            await asyncio.gather(*(self._stop(other, job, failed) for other in others[start : start + _AT_ONCE]))

    async def _stop(self, other_id: str, job: Job, failed: Sequence[RecordedEvent]) -> None:
        other = await self._history(other_id)
        if not is_stopped_by(failed, other):
            return
        loaded = fold(JOB, other_id, other)
        event = cancel_job(loaded.require(), reason=f"another job of its batch came to nothing: {in_short(job)}")
        if event is None:
            return
        try:
            await self.log.append(loaded.changes(event), origin_of("batches", job.correlation_id))
        except Conflict:
            self.bell.ring()  # It has moved on just now: look again.

    async def _history(self, job_id: str) -> Sequence[RecordedEvent]:
        try:
            return await self.log.read(JOB.kind, job_id)
        except EventUnreadable as error:
            _logger.error("Cannot tell how a job of a batch is", job_id=job_id, error=str(error))
            return ()
