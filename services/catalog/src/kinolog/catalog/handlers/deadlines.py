"""Deadlines: a pending job whose total timeout has passed is failed, since nobody would want it begun any more."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from kinolog.catalog.domain.bell import Bell, Hearing
from kinolog.catalog.handlers.manager import keep_looking, origin_of
from kinolog.common.aggregates import JOB, JobStatus
from kinolog.common.aggregates.job_decisions import expire_job
from kinolog.common.clock import Clock
from kinolog.common.errors import Conflict, EventUnreadable
from kinolog.common.events.job import JobQueued, JobWaiting
from kinolog.common.log import EventLog, load

_logger: Final = structlog.get_logger(__name__)


class JobsWithDeadline(Protocol):
    """Both raise StoreUnavailable."""

    async def overdue_jobs(self, now: datetime) -> list[str]:
        """The pending jobs whose deadline has passed, as far as is known."""
        ...

    async def next_deadline(self) -> datetime | None:
        """The first of all deadlines of pending jobs, passed or not."""
        ...


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The deadline of a running job is its worker's to keep."""

    log: EventLog
    jobs: JobsWithDeadline
    clock: Clock
    bell: Bell = field(default_factory=Bell)

    def attend(self, hearing: Hearing) -> None:
        hearing.listen(lambda _: self.bell.ring(), JobQueued, JobWaiting)

    async def keep_going(self, pause_seconds: float, interval_seconds: float) -> None:
        await keep_looking(self.look, self.bell, pause_seconds=pause_seconds, interval_seconds=interval_seconds)

    async def look(self) -> float | None:
        """Fail what is overdue, and return in how many seconds the next deadline comes, if there is one."""
        await self._expire_overdue()
        deadline = await self.jobs.next_deadline()
        return None if deadline is None else (deadline - self.clock()).total_seconds()

    async def _expire_overdue(self) -> None:
        for job_id in await self.jobs.overdue_jobs(self.clock()):
            try:
                await self._expire(job_id)
            except EventUnreadable as error:
                _logger.error("Cannot tell whether a job is overdue", job_id=job_id, error=str(error))

    async def _expire(self, job_id: str) -> None:
        loaded = await load(self.log, JOB, job_id)
        job = loaded.state
        if job is None or job.status is not JobStatus.PENDING:
            return
        if job.deadline is None or self.clock() < job.deadline:
            return
        try:
            await self.log.append(loaded.changes(expire_job(job)), origin_of("deadlines", job.correlation_id))
        except Conflict:
            return  # Somebody has done something about it just now.
        _logger.info("Failed a job that was not begun in time", job_id=job_id, deadline=job.deadline)
