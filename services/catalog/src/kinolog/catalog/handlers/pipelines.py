"""Pipelines: a job that waits for others is made ready once those are done, or ended where they came to nothing.

What was heard only says which jobs to look at. What is done follows from the log, and is written only if that is still
so: two catalogs, or one that was killed, do no harm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from kinolog.catalog.domain.bell import Bell, Hearing
from kinolog.catalog.domain.dependence import Waiting, is_decided, next_step, since_missing
from kinolog.catalog.handlers.manager import keep_looking, origin_of
from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.clock import Clock
from kinolog.common.errors import Conflict, EventUnreadable, LogError
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobCancelled, JobCompleted, JobFailed, JobWaiting
from kinolog.common.log import EventLog, load

_logger: Final = structlog.get_logger(__name__)


class WaitingJobs(Protocol):
    async def waiting_jobs(self) -> dict[str, tuple[str, ...]]:
        """All jobs that wait for others, and for which, as far as is known. Raises StoreUnavailable."""
        ...

    async def statuses(self, job_ids: Iterable[str]) -> Mapping[str, JobStatus]:
        """Those of the jobs that are known. Raises StoreUnavailable."""
        ...


@dataclass(slots=True)
class Pipelines:
    """`missing_grace_seconds` is how long a job may wait for one that is not in the log."""

    log: EventLog
    jobs: WaitingJobs
    clock: Clock
    missing_grace_seconds: float
    interval_seconds: float
    bell: Bell = field(default_factory=Bell)
    _waiting: Waiting = field(default_factory=Waiting)
    _heard: set[str] = field(default_factory=set)
    _looked_at_all: float | None = None

    def attend(self, hearing: Hearing) -> None:
        hearing.listen(self.on_waiting, JobWaiting)
        hearing.listen(self.on_ended, JobCompleted, JobFailed, JobCancelled)

    def on_waiting(self, recorded: RecordedEvent) -> None:
        """A job may be submitted, or tried again, after all that it waits for was done."""
        assert isinstance(recorded.event, JobWaiting)  # noqa: S101  # It listens for no other
        self._waiting.add(recorded.subject.id, recorded.event.depends_on)
        self._hear({recorded.subject.id})

    def on_ended(self, recorded: RecordedEvent) -> None:
        self._hear(self._waiting.ended(recorded.subject.id))

    def _hear(self, job_ids: Iterable[str]) -> None:
        if job_ids:
            self._heard.update(job_ids)
            self.bell.ring()

    async def keep_going(self, pause_seconds: float) -> None:
        await keep_looking(self.look, self.bell, pause_seconds=pause_seconds, interval_seconds=self.interval_seconds)

    async def look(self) -> None:
        """Look at the jobs of which was heard; every so often, and at first, at all that wait."""
        if self._is_time_for_all():
            await self._hear_of_all()
        while self._heard:
            await self.look_at(next(iter(self._heard)))

    def _is_time_for_all(self) -> bool:
        now = self.clock().timestamp()
        return self._looked_at_all is None or not 0 <= now - self._looked_at_all < self.interval_seconds

    async def _hear_of_all(self) -> None:
        waiting = await self.jobs.waiting_jobs()
        statuses = await self.jobs.statuses({other for others in waiting.values() for other in others})
        for job_id, depends_on in waiting.items():
            self._waiting.add(job_id, depends_on)
            if is_decided([statuses.get(other) for other in depends_on]):
                self._heard.add(job_id)
        self._looked_at_all = self.clock().timestamp()

    async def look_at(self, job_id: str) -> None:
        """Forgets what was heard of the job, unless that could not be settled."""
        self._heard.discard(job_id)
        try:
            await self._take_next_step(job_id)
        except EventUnreadable as error:
            _logger.error("Cannot tell whether a job still waits", job_id=job_id, error=str(error))
        except Conflict:
            self._hear({job_id})  # Somebody has done something about it just now.
        except LogError:
            self._hear({job_id})
            raise

    async def _take_next_step(self, job_id: str) -> None:
        loaded = await load(self.log, JOB, job_id)
        job = loaded.state
        if job is None or not job.is_waiting:
            return
        missing_since = since_missing(self.clock(), self.missing_grace_seconds)
        event = next_step(job, await self._others(job), missing_since=missing_since)
        if event is None:
            self._waiting.add(job_id, job.depends_on)
            return
        await self.log.append(loaded.changes(event), origin_of("pipelines", job.correlation_id))
        _logger.info("Ended the wait of a job for others", job_id=job_id, outcome=event.event_type)

    async def _others(self, job: Job) -> dict[str, Job | None]:
        return {other: (await load(self.log, JOB, other)).state for other in job.depends_on}
