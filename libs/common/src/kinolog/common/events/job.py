"""What happens to a job, from its submission to its end."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.events.base import Event

PositiveSeconds = Annotated[float, Field(gt=0)]


class QueuedBecause(StrEnum):
    SUBMITTED = "submitted"
    READY = "ready"
    RETRIED = "retried"
    RELEASED = "released"
    REAPED = "reaped"
    REPRIORITISED = "reprioritised"


class PickedBecause(StrEnum):
    """Why a worker took this job and no other: it was next in its lane, its project's turn, or had waited too long."""

    LANE = "lane"
    SHARE = "share"
    AGE = "age"


class OnFailure(StrEnum):
    """What becomes of a job when one that it depends on fails or is cancelled."""

    CANCEL = "cancel"
    KEEP = "keep"


class Submission(BaseModel):
    """Everything the submitter asked for.

    `video_from` and values of `input_data` of the shape `{"$from": "<job id>.<field>"}` stand for what another job
    gives. Timeouts in seconds: of one attempt, of the whole job from its submission on, and of silence in an attempt.
    `stops_batch` tells whether its failure ends all of its batch; None, as in events from before there was such a
    field: where `on_failure` is `cancel`.
    """

    model_config = ConfigDict(frozen=True)

    type: str
    input_data: dict[str, Any]
    project_id: str | None = None
    video_id: str | None = None
    video_from: str | None = None
    queue: str
    priority: int = 0
    max_retries: int = 3
    attempt_timeout_seconds: PositiveSeconds | None = None
    total_timeout_seconds: PositiveSeconds | None = None
    heartbeat_timeout_seconds: PositiveSeconds | None = None
    on_failure: OnFailure = OnFailure.CANCEL
    stops_batch: bool | None = None
    batch_id: str | None = None
    schedule_id: str | None = None


class Resolved(BaseModel):
    """What a job works on once the jobs it depends on are done."""

    model_config = ConfigDict(frozen=True)

    input_data: dict[str, Any]
    video_id: str | None = None
    project_id: str | None = None


class Phase(BaseModel):
    """A named stretch of an attempt, and how long it took."""

    model_config = ConfigDict(frozen=True)

    name: str
    seconds: float


class JobQueued(Event, type="job.queued"):
    """The job may run, from `not_before` on if there is such a time. The first one is the submission.

    `resolved` comes with the event that ends the wait for other jobs, `reason` from whoever asked for it.
    """

    queue: str
    lane: int
    because: QueuedBecause = QueuedBecause.SUBMITTED
    submission: Submission | None = None
    not_before: datetime | None = None
    resolved: Resolved | None = None
    reason: str | None = None

    def subject_suffix(self) -> tuple[str, ...]:
        return (self.queue, str(self.lane))


class JobWaiting(Event, type="job.waiting"):
    """Not to be run before other jobs are done. The first one is the submission; a later one is a retry by hand."""

    submission: Submission | None = None
    not_before: datetime | None = None
    depends_on: tuple[str, ...] = ()
    reason: str | None = None


class JobStarted(Event, type="job.started"):
    """A worker took the job. The sequence of this event is the attempt's fencing token."""

    attempt: int
    worker: str
    lease_seconds: float
    picked: PickedBecause = PickedBecause.LANE


class JobAttemptFailed(Event, type="job.attempt_failed"):
    """One attempt came to nothing; the job is tried again at `retry_at`. A lost worker costs no retry."""

    attempt: int
    kind: str
    message: str
    detail: str | None = None
    retry_at: datetime
    costs_retry: bool = True
    phases: tuple[Phase, ...] = ()


class JobSnoozed(Event, type="job.snoozed"):
    """The handler asked to be called again later: neither a failure nor a retry."""

    attempt: int
    until: datetime
    reason: str | None = None


class JobCheckpointed(Event, type="job.checkpointed"):
    """What the next attempt needs so as not to begin from nothing. The newest one counts."""

    attempt: int
    state: dict[str, Any]


class JobFailed(Event, type="job.failed"):
    """Parked: everything needed to try again is here."""

    attempt: int
    kind: str
    message: str
    detail: str | None = None
    phases: tuple[Phase, ...] = ()


class JobReprioritised(Event, type="job.reprioritised"):
    priority: int
    reason: str | None = None


class JobCancelRequested(Event, type="job.cancel_requested"):
    reason: str | None = None


class JobCancelled(Event, type="job.cancelled"):
    reason: str | None = None


class JobCompleted(Event, type="job.completed"):
    attempt: int
    output_data: dict[str, Any]
    phases: tuple[Phase, ...] = ()


class JobArchived(Event, type="job.archived"):
    pass
