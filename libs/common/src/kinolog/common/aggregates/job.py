"""A job: one piece of work, from its submission through its attempts to its one end.

pending ──started──▶ running ──completed──▶ completed
   ▲ ▲                 │ │ └─failed────────▶ failed ────┐
   │ └─attempt_failed──┘ └───cancelled─────▶ cancelled ─┤
   └──────────────queued again (retry)──────────────────┘
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import (
    JobAttemptFailed,
    JobCancelled,
    JobCancelRequested,
    JobCompleted,
    JobFailed,
    JobQueued,
    JobReprioritised,
    JobStarted,
    JobWaiting,
    QueuedBecause,
    Submission,
)


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
    """`queued_sequence` is the job's place in the queue, `started_sequence` the running attempt's fencing token."""

    type: str
    status: JobStatus = JobStatus.PENDING
    priority: int = 0
    queue: str
    project_id: str | None = None
    video_id: str | None = None
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
    worker: str | None = None
    lease_seconds: float | None = None
    cancel_requested: bool = False
    not_before: datetime | None = None
    depends_on: tuple[str, ...] = ()
    queued_sequence: int = 0
    started_sequence: int = 0
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
    event = recorded.event
    if state is None:
        submission = getattr(event, "submission", None)
        if submission is None:
            return None
        state = _submitted(submission, recorded)
    return state.model_copy(update={**_update(state, recorded), "updated_at": recorded.occurred_at})


def _submitted(submission: Submission, recorded: RecordedEvent) -> Job:
    return Job(
        id=recorded.subject.id,
        **submission.model_dump(),
        correlation_id=recorded.metadata.correlation_id,
        created_by=recorded.metadata.actor,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


def _update(state: Job, recorded: RecordedEvent) -> dict[str, Any]:
    event, at = recorded.event, recorded.occurred_at
    match event:
        case JobQueued():
            return _queued(event, recorded.sequence)
        case JobWaiting(not_before=not_before, depends_on=depends_on):
            return {"not_before": not_before, "depends_on": depends_on}
        case JobStarted():
            return _started(event, recorded)
        case JobAttemptFailed():
            return _attempt_failed(state, event)
        case JobFailed():
            return _error(event) | _ended(JobStatus.FAILED, at)
        case JobReprioritised(priority=priority):
            return {"priority": priority}
        case JobCancelRequested():
            return {"cancel_requested": True}
        case JobCancelled():
            return _ended(JobStatus.CANCELLED, at)
        case JobCompleted(output_data=output_data):
            return {"output_data": output_data, "progress": 100, **_no_error(), **_ended(JobStatus.COMPLETED, at)}
    return {}


def _queued(event: JobQueued, sequence: int) -> dict[str, Any]:
    update: dict[str, Any] = {
        "status": JobStatus.PENDING,
        "queue": event.queue,
        "queued_sequence": sequence,
        "worker": None,
        "not_before": None,
    }
    if event.because is QueuedBecause.RETRIED:
        update |= {"retry_count": 0, "lost_count": 0, "cancel_requested": False, "completed_at": None, **_no_error()}
    return update


def _started(event: JobStarted, recorded: RecordedEvent) -> dict[str, Any]:
    return {
        "status": JobStatus.RUNNING,
        "attempt": event.attempt,
        "worker": event.worker,
        "lease_seconds": event.lease_seconds,
        "started_at": recorded.occurred_at,
        "started_sequence": recorded.sequence,
        "not_before": None,
    }


def _attempt_failed(state: Job, event: JobAttemptFailed) -> dict[str, Any]:
    return {
        "status": JobStatus.PENDING,
        "worker": None,
        "not_before": event.retry_at,
        "retry_count": state.retry_count + (1 if event.costs_retry else 0),
        "lost_count": state.lost_count + (0 if event.costs_retry else 1),
        **_error(event),
    }


def _error(event: JobAttemptFailed | JobFailed) -> dict[str, Any]:
    return {"error_kind": event.kind, "error_message": event.message, "error_detail": event.detail}


def _no_error() -> dict[str, Any]:
    return {"error_kind": None, "error_message": None, "error_detail": None}


def _ended(status: JobStatus, at: datetime) -> dict[str, Any]:
    return {"status": status, "worker": None, "not_before": None, "completed_at": at}


JOB = Aggregate("job", "job", evolve)
