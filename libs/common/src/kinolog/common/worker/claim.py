"""Claiming: what a delivery means given what the log says of its job, and the `started` event that fences it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from kinolog.common.aggregates import JOB, Job, JobStatus, Loaded
from kinolog.common.aggregates.job_decisions import lose_worker, start_attempt
from kinolog.common.errors import Conflict
from kinolog.common.log import EventLog, load
from kinolog.common.worker.board import Board
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.progress import Heartbeat
from kinolog.common.worker.queue import Delivery

_SOON: Final = timedelta(milliseconds=50)
_UNKNOWN_TYPE_PAUSE: Final = timedelta(seconds=5)

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claims:
    """Decides for one worker which deliveries become attempts."""

    log: EventLog
    board: Board
    identity: Identity
    lease_seconds: float
    job_types: frozenset[str]

    async def claim(self, delivery: Delivery) -> Job | None:
        """The job with its fresh attempt, or None when the delivery was dealt with otherwise."""
        while True:
            loaded = await load(self.log, JOB, delivery.job_id)
            job = loaded.state
            if job is None or job.status.is_final or job.queued_sequence != delivery.sequence:
                await delivery.ack()
                return None
            if (delay := await self._delay(job)) > timedelta(0):
                await delivery.hand_back(delay.total_seconds())
                return None
            if (started := await self._next_step(loaded, job)) is not None:
                return started

    async def _delay(self, job: Job) -> timedelta:
        """How long the job must wait yet: for its time, or for another worker's lease to run out."""
        if job.type not in self.job_types:
            return _UNKNOWN_TYPE_PAUSE  # A newer worker may know it: nothing is failed for want of an upgrade.
        now = self.identity.clock()
        if job.status is JobStatus.RUNNING:
            return lease_end(job, await self.board.last_beat(job.id)) - now
        if job.not_before is None:
            return timedelta(0)
        return job.not_before - now - _SOON

    async def _next_step(self, loaded: Loaded[Job], job: Job) -> Job | None:
        """Append what comes next; None where the job must be looked at again."""
        is_abandoned = job.status is JobStatus.RUNNING
        event = (
            lose_worker(job, now=self.identity.clock())
            if is_abandoned
            else start_attempt(job, worker=self.identity.worker_id, lease_seconds=self.lease_seconds)
        )
        try:
            await self.log.append(
                loaded.changes(event, written_by=self.identity.service), self.identity.origin(job.correlation_id)
            )
        except Conflict:
            return None
        if is_abandoned:
            _logger.warning("Recorded a lost worker", job_id=job.id, lost_worker=job.worker, attempt=job.attempt)
            return None
        return (await load(self.log, JOB, job.id)).require()


def lease_end(job: Job, beat: Heartbeat | None) -> datetime:
    """When the running attempt may be thought lost, given its last sign of life."""
    started = job.started_at or job.updated_at
    is_of_this_attempt = beat is not None and beat.attempt == job.attempt and beat.worker == job.worker
    last_sign = max(started, beat.at) if beat is not None and is_of_this_attempt else started
    return last_sign + lease_of(job)


def lease_of(job: Job) -> timedelta:
    return timedelta(seconds=job.lease_seconds or 0.0)
