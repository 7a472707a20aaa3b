"""What happens to a job, from its submission to its end."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from kinolog.common.events.base import Event


class QueuedBecause(StrEnum):
    SUBMITTED = "submitted"
    READY = "ready"
    RETRIED = "retried"
    RELEASED = "released"
    REAPED = "reaped"


class Submission(BaseModel):
    """Everything the submitter asked for."""

    model_config = ConfigDict(frozen=True)

    type: str
    input_data: dict[str, Any]
    project_id: str | None = None
    video_id: str | None = None
    queue: str
    priority: int = 0
    max_retries: int = 3


class JobQueued(Event, type="job.queued"):
    """The job may run now. The first one is the submission and carries all of it."""

    queue: str
    lane: int
    because: QueuedBecause = QueuedBecause.SUBMITTED
    submission: Submission | None = None

    def subject_suffix(self) -> tuple[str, ...]:
        return (self.queue, str(self.lane))


class JobWaiting(Event, type="job.waiting"):
    """Submitted, but not to be run before a time or before other jobs are done."""

    submission: Submission
    not_before: datetime | None = None
    depends_on: tuple[str, ...] = ()


class JobStarted(Event, type="job.started"):
    """A worker took the job. The sequence of this event is the attempt's fencing token."""

    attempt: int
    worker: str
    lease_seconds: float


class JobAttemptFailed(Event, type="job.attempt_failed"):
    """One attempt came to nothing; the job is tried again at `retry_at`. A lost worker costs no retry."""

    attempt: int
    kind: str
    message: str
    detail: str | None = None
    retry_at: datetime
    costs_retry: bool = True


class JobFailed(Event, type="job.failed"):
    attempt: int
    kind: str
    message: str
    detail: str | None = None


class JobReprioritised(Event, type="job.reprioritised"):
    priority: int


class JobCancelRequested(Event, type="job.cancel_requested"):
    reason: str | None = None


class JobCancelled(Event, type="job.cancelled"):
    reason: str | None = None


class JobCompleted(Event, type="job.completed"):
    attempt: int
    output_data: dict[str, Any]


class JobArchived(Event, type="job.archived"):
    pass
