"""Claiming: what a delivery means given what the log says of its job, and the `started` event that fences it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from kinolog.common.aggregates import JOB, Job, JobStatus, Loaded, fold
from kinolog.common.aggregates.job_decisions import expire_job, lose_worker, start_attempt
from kinolog.common.crashpoint import crashpoint
from kinolog.common.errors import Conflict
from kinolog.common.events import Event
from kinolog.common.events.job import JobStarted, PickedBecause
from kinolog.common.log import EventLog, load
from kinolog.common.worker.board import Board
from kinolog.common.worker.held import Held, advanced, own_changes
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.progress import Heartbeat
from kinolog.common.worker.queue import Delivery

_SOON: Final = timedelta(milliseconds=50)
_NOW: Final = timedelta(0)
_LAG_PAUSE_SECONDS: Final = 0.2
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

    async def claim(self, delivery: Delivery) -> Held | None:
        """The job with its fresh attempt, or None when the delivery was dealt with otherwise."""
        loaded = _as_delivered(delivery)
        while True:
            loaded = loaded or await load(self.log, JOB, delivery.job_id)
            job = loaded.state
            if loaded.sequence < delivery.sequence:  # A replica that lags knows less than the delivery itself.
                await delivery.hand_back(_LAG_PAUSE_SECONDS)
                return None
            if job is None or job.status.is_final or job.queued_sequence != delivery.sequence:
                await delivery.ack()
                return None
            if (delay := await self._delay(job)) > _NOW:
                await delivery.hand_back(delay.total_seconds())
                return None
            if (held := await self._next_step(loaded, job, delivery.picked)) is not None:
                return held
            loaded = None

    async def _delay(self, job: Job) -> timedelta:
        """How long the job must wait yet: for its time, or for another worker's lease to run out."""
        if job.type not in self.job_types:
            return _UNKNOWN_TYPE_PAUSE  # A newer worker may know it: nothing is failed for want of an upgrade.
        if job.status is JobStatus.RUNNING:
            return lease_end(job, await self.board.last_beat(job.id)) - self.identity.clock()
        if job.not_before is None:
            return _NOW
        return job.not_before - self.identity.clock() - _SOON

    async def _next_step(self, loaded: Loaded[Job], job: Job, picked: PickedBecause) -> Held | None:
        """Append what comes next; None where the job must be looked at again."""
        event = self._decide(job, picked)
        changes = own_changes(loaded, event, self.identity)
        try:
            sequence = await self.log.append(changes, self.identity.origin(job.correlation_id))
        except Conflict:
            return None
        if not isinstance(event, JobStarted):
            _logger.warning("Did not begin a job", job_id=job.id, attempt=job.attempt, outcome=event.event_type)
            return None
        crashpoint("worker.after_started")
        return Held(self.log, self.identity, advanced(loaded, changes[-1], sequence, self.identity))

    def _decide(self, job: Job, picked: PickedBecause) -> Event:
        now = self.identity.clock()
        if job.status is JobStatus.RUNNING:
            return lose_worker(job, now=now)
        if job.deadline is not None and job.deadline <= now:
            return expire_job(job)
        return start_attempt(job, worker=self.identity.worker_id, lease_seconds=self.lease_seconds, picked=picked)


def _as_delivered(delivery: Delivery) -> Loaded[Job] | None:
    """The job as its very first event tells it, which spares a look into the log.

    Should the job have moved on since, the append that follows is refused, and the log is asked after all.
    """
    queued = delivery.queued()
    if queued is None or queued.subject.version != 1:
        return None
    return fold(JOB, delivery.job_id, [queued])


def lease_end(job: Job, beat: Heartbeat | None) -> datetime:
    """When the running attempt may be thought lost, given its last sign of life."""
    started = job.started_at or job.updated_at
    is_of_this_attempt = beat is not None and beat.attempt == job.attempt and beat.worker == job.worker
    last_sign = max(started, beat.at) if beat is not None and is_of_this_attempt else started
    return last_sign + lease_of(job)


def lease_of(job: Job) -> timedelta:
    return timedelta(seconds=job.lease_seconds or 0.0)
