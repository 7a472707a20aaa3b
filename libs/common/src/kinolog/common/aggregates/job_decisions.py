"""What may happen to a job next: pure functions that return the event, or refuse."""

from datetime import datetime, timedelta
from typing import Any, Final

from kinolog.common.aggregates.job import Job, JobStatus
from kinolog.common.errors import PassingError, PermanentError, Refused, WorkError
from kinolog.common.events import Event
from kinolog.common.events.job import (
    JobAttemptFailed,
    JobCancelled,
    JobCancelRequested,
    JobCompleted,
    JobFailed,
    JobQueued,
    JobStarted,
    QueuedBecause,
    Submission,
)
from kinolog.common.subjects import lane_of

BACKOFF_FIRST_SECONDS: Final = 5.0
BACKOFF_FACTOR: Final = 4.0
BACKOFF_LONGEST_SECONDS: Final = 900.0
MAX_LOST_WORKERS: Final = 3


def submit_job(submission: Submission) -> JobQueued:
    return JobQueued(queue=submission.queue, lane=lane_of(submission.priority), submission=submission)


def start_attempt(job: Job, *, worker: str, lease_seconds: float) -> JobStarted:
    if job.status is not JobStatus.PENDING:
        raise Refused("not-pending", f"the job {job.id} is {job.status}")
    return JobStarted(attempt=job.attempt + 1, worker=worker, lease_seconds=lease_seconds)


def complete_attempt(job: Job, output_data: dict[str, Any]) -> JobCompleted:
    """A cancel request that came first wins: then the work is dropped."""
    _refuse_unless_running(job)
    if job.cancel_requested:
        raise Refused("cancel-requested", f"the job {job.id} is to be cancelled")
    return JobCompleted(attempt=job.attempt, output_data=output_data)


def fail_attempt(
    job: Job, error: WorkError, *, now: datetime, jitter: float
) -> JobAttemptFailed | JobFailed | JobCancelled:
    """`jitter` is between 0 and 1 and shortens the delay by up to a fifth."""
    _refuse_unless_running(job)
    if job.cancel_requested:
        return JobCancelled()
    if isinstance(error, PermanentError) or job.retry_count >= job.max_retries:
        return JobFailed(attempt=job.attempt, kind=error.kind, message=error.message, detail=error.detail)
    return JobAttemptFailed(
        attempt=job.attempt,
        kind=error.kind,
        message=error.message,
        detail=error.detail,
        retry_at=now + timedelta(seconds=_delay_seconds(job, error, jitter)),
    )


def lose_worker(job: Job, *, now: datetime) -> JobAttemptFailed | JobFailed | JobCancelled:
    """The worker of the running attempt is gone. That is not the job's fault, up to a number of times."""
    _refuse_unless_running(job)
    if job.cancel_requested:
        return JobCancelled()
    message = f"the worker {job.worker} vanished during attempt {job.attempt}"
    if job.lost_count >= MAX_LOST_WORKERS:
        return JobFailed(attempt=job.attempt, kind="worker_lost", message=f"{message}, once too often")
    return JobAttemptFailed(attempt=job.attempt, kind="worker_lost", message=message, retry_at=now, costs_retry=False)


def cancel_job(job: Job, *, reason: str | None = None) -> JobCancelled | JobCancelRequested | None:
    """None where the job is cancelled, or asked to be, already: saying it twice changes nothing."""
    if job.status is JobStatus.PENDING:
        return JobCancelled(reason=reason)
    if job.status is JobStatus.CANCELLED or (job.status is JobStatus.RUNNING and job.cancel_requested):
        return None
    if job.status is JobStatus.RUNNING:
        return JobCancelRequested(reason=reason)
    raise Refused("job-finished", f"the job {job.id} is {job.status} already, so it cannot be cancelled")


def confirm_cancel(job: Job) -> JobCancelled:
    """The worker stopped what it was doing."""
    _refuse_unless_running(job)
    return JobCancelled()


def retry_job(job: Job) -> JobQueued:
    """Another attempt with the same input, and a fresh number of retries."""
    if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
        raise Refused("job-not-failed", f"the job {job.id} is {job.status}: only failed or cancelled jobs are retried")
    return _queue_again(job, QueuedBecause.RETRIED)


def release_job(job: Job) -> JobQueued | JobCancelled:
    """The worker hands the job back unfinished; that costs no attempt."""
    _refuse_unless_running(job)
    if job.cancel_requested:
        return JobCancelled()
    return _queue_again(job, QueuedBecause.RELEASED)


def reap_job(job: Job, *, now: datetime) -> list[Event]:
    """The worker is gone and nobody was given the job since: record the loss, and queue the job anew."""
    lost = lose_worker(job, now=now)
    return [lost, _queue_again(job, QueuedBecause.REAPED)] if isinstance(lost, JobAttemptFailed) else [lost]


def backoff_seconds(failures: int, jitter: float) -> float:
    """5 s · 4^n, at most 15 min, shortened by up to a fifth so that failed jobs do not return in step."""
    delay = min(BACKOFF_FIRST_SECONDS * BACKOFF_FACTOR**failures, BACKOFF_LONGEST_SECONDS)
    return delay * (1 - 0.2 * jitter)


def _delay_seconds(job: Job, error: WorkError, jitter: float) -> float:
    if isinstance(error, PassingError) and error.retry_in_seconds is not None:
        return error.retry_in_seconds
    return backoff_seconds(job.retry_count, jitter)


def _queue_again(job: Job, because: QueuedBecause) -> JobQueued:
    return JobQueued(queue=job.queue, lane=lane_of(job.priority), because=because)


def _refuse_unless_running(job: Job) -> None:
    if job.status is not JobStatus.RUNNING:
        raise Refused("not-running", f"the job {job.id} is {job.status}")
