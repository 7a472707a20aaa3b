"""A job: one piece of work, from its submission through its attempts to its one end.

pending ──started──▶ running ──completed──▶ completed
   ▲ ▲                 │ │ └─failed────────▶ failed ────┐
   │ └─attempt_failed──┘ └───cancelled─────▶ cancelled ─┤
   │     or snoozed                                     │
   └────────queued, or waiting, again (retry)───────────┘

A pending job waits for other jobs (`is_waiting`), for a time (`not_before`), or only for a worker.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import singledispatch
from typing import Any, Final

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.events.job import (
    JobAttemptFailed,
    JobCancelled,
    JobCancelRequested,
    JobCheckpointed,
    JobCompleted,
    JobFailed,
    JobQueued,
    JobReprioritised,
    JobSnoozed,
    JobStarted,
    JobWaiting,
    OnFailure,
    Phase,
    PickedBecause,
    QueuedBecause,
    Submission,
)

Update = dict[str, Any]


class JobStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)


class Job(State):
    """`queued_sequence` is the job's place in the queue, `started_sequence` the running attempt's fencing token.

    `queued_at` is when it last became runnable, `deadline` when its total timeout ends, `checkpoint` what its last
    attempt left for the next one, `phases` those of the attempt that ended last.
    """

    type: str
    status: JobStatus = JobStatus.PENDING
    priority: int = 0
    queue: str
    project_id: str | None = None
    video_id: str | None = None
    video_from: str | None = None
    batch_id: str | None = None
    schedule_id: str | None = None
    input_data: dict[str, Any]
    output_data: dict[str, Any] | None = None
    progress: int = 0
    error_kind: str | None = None
    error_message: str | None = None
    error_detail: str | None = None
    retry_count: int = 0
    max_retries: int = 3
    attempt: int = 0
    lost_count: int = 0
    snooze_count: int = 0
    attempt_timeout_seconds: float | None = None
    total_timeout_seconds: float | None = None
    heartbeat_timeout_seconds: float | None = None
    deadline: datetime | None = None
    worker: str | None = None
    lease_seconds: float | None = None
    picked: PickedBecause | None = None
    cancel_requested: bool = False
    is_waiting: bool = False
    not_before: datetime | None = None
    depends_on: tuple[str, ...] = ()
    on_failure: OnFailure = OnFailure.CANCEL
    stops_batch: bool = False
    checkpoint: dict[str, Any] | None = None
    phases: tuple[Phase, ...] = ()
    queued_sequence: int = 0
    started_sequence: int = 0
    queued_at: datetime | None = None
    correlation_id: str
    created_by: str
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updated_at: datetime

    def is_attempt_of(self, worker: str, attempt: int) -> bool:
        """Whether this very attempt of this worker still holds the job."""
        return self.status is JobStatus.RUNNING and self.worker == worker and self.attempt == attempt


def evolve(state: Job | None, recorded: RecordedEvent) -> Job | None:
    if state is None:
        submission = getattr(recorded.event, "submission", None)
        if submission is None:
            return None
        state = _submitted(submission, recorded)
    return state.model_copy(update={**_after(recorded.event, state, recorded), "updated_at": recorded.occurred_at})


def _submitted(submission: Submission, recorded: RecordedEvent) -> Job:
    fields = {
        "id": recorded.subject.id,
        "deadline": _deadline(submission.total_timeout_seconds, recorded),
        "correlation_id": recorded.metadata.correlation_id,
        "created_by": recorded.metadata.actor,
        "created_at": recorded.occurred_at,
        "updated_at": recorded.occurred_at,
        "stops_batch": _stops_batch(submission),
    }
    return Job.of_sound({**submission.__dict__, **fields})


def _stops_batch(submission: Submission) -> bool:
    if submission.stops_batch is None:
        return submission.on_failure is OnFailure.CANCEL
    return submission.stops_batch


@singledispatch
def _after(event: Event, state: Job, recorded: RecordedEvent) -> Update:
    """The fields that an event changes; none for one that says nothing about the job's course."""
    return {}


@_after.register
def _(event: JobQueued, state: Job, recorded: RecordedEvent) -> Update:
    update: Update = {
        "status": JobStatus.PENDING,
        "queue": event.queue,
        "queued_sequence": recorded.sequence,
        "queued_at": recorded.occurred_at,
        "worker": None,
        "is_waiting": False,
        "not_before": event.not_before,
    }
    if event.resolved is not None:
        update |= dict(event.resolved)
    return update | _begun_anew(state, recorded) if event.because is QueuedBecause.RETRIED else update


@_after.register
def _(event: JobWaiting, state: Job, recorded: RecordedEvent) -> Update:
    update: Update = {
        "status": JobStatus.PENDING,
        "is_waiting": True,
        "not_before": event.not_before,
        "depends_on": event.depends_on,
    }
    return update if event.submission is not None else update | _begun_anew(state, recorded)


@_after.register
def _(event: JobStarted, state: Job, recorded: RecordedEvent) -> Update:
    return {
        "status": JobStatus.RUNNING,
        "attempt": event.attempt,
        "worker": event.worker,
        "lease_seconds": event.lease_seconds,
        "picked": event.picked,
        "started_at": recorded.occurred_at,
        "started_sequence": recorded.sequence,
        "not_before": None,
    }


@_after.register
def _(event: JobAttemptFailed, state: Job, recorded: RecordedEvent) -> Update:
    return {
        "status": JobStatus.PENDING,
        "worker": None,
        "not_before": event.retry_at,
        "retry_count": state.retry_count + (1 if event.costs_retry else 0),
        "lost_count": state.lost_count + (0 if event.costs_retry else 1),
        "phases": event.phases,
        **_error(event),
    }


@_after.register
def _(event: JobSnoozed, state: Job, recorded: RecordedEvent) -> Update:
    return {
        "status": JobStatus.PENDING,
        "worker": None,
        "not_before": event.until,
        "snooze_count": state.snooze_count + 1,
    }


@_after.register
def _(event: JobCheckpointed, state: Job, recorded: RecordedEvent) -> Update:
    return {"checkpoint": event.state}


@_after.register
def _(event: JobFailed, state: Job, recorded: RecordedEvent) -> Update:
    return {"phases": event.phases, **_error(event), **_ended(JobStatus.FAILED, recorded)}


@_after.register
def _(event: JobReprioritised, state: Job, recorded: RecordedEvent) -> Update:
    return {"priority": event.priority}


@_after.register
def _(event: JobCancelRequested, state: Job, recorded: RecordedEvent) -> Update:
    return {"cancel_requested": True}


@_after.register
def _(event: JobCancelled, state: Job, recorded: RecordedEvent) -> Update:
    return _ended(JobStatus.CANCELLED, recorded)


@_after.register
def _(event: JobCompleted, state: Job, recorded: RecordedEvent) -> Update:
    done = {"output_data": event.output_data, "progress": 100, "checkpoint": None, "phases": event.phases}
    return done | _NO_ERROR | _ended(JobStatus.COMPLETED, recorded)


_NO_ERROR: Final[Update] = {"error_kind": None, "error_message": None, "error_detail": None}


def _begun_anew(state: Job, recorded: RecordedEvent) -> Update:
    """A retry by hand has all its retries and its whole time again; a checkpoint is kept."""
    return {
        "retry_count": 0,
        "lost_count": 0,
        "cancel_requested": False,
        "completed_at": None,
        "deadline": _deadline(state.total_timeout_seconds, recorded),
        **_NO_ERROR,
    }


def _deadline(total_timeout_seconds: float | None, recorded: RecordedEvent) -> datetime | None:
    if total_timeout_seconds is None:
        return None
    return recorded.occurred_at + timedelta(seconds=total_timeout_seconds)


def _error(event: JobAttemptFailed | JobFailed) -> Update:
    return {"error_kind": event.kind, "error_message": event.message, "error_detail": event.detail}


def _ended(status: JobStatus, recorded: RecordedEvent) -> Update:
    ended = {"status": status, "worker": None, "not_before": None, "is_waiting": False}
    return {**ended, "completed_at": recorded.occurred_at}


JOB = Aggregate("job", "job", evolve)
