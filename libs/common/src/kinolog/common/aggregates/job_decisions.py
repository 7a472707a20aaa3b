"""What may happen to a job next: pure functions that return the event, or refuse."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from kinolog.common.aggregates.job import Job, JobStatus
from kinolog.common.errors import Cancelled, PassingError, PermanentError, Refused, Snooze, WorkError
from kinolog.common.events import Event
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
    Phase,
    PickedBecause,
    QueuedBecause,
    Resolved,
    Submission,
)
from kinolog.common.subjects import lane_of

BACKOFF_FIRST_SECONDS: Final = 5.0
BACKOFF_FACTOR: Final = 4.0
BACKOFF_LONGEST_SECONDS: Final = 900.0
MAX_LOST_WORKERS: Final = 3


def submit_job(
    submission: Submission, *, not_before: datetime | None = None, depends_on: Sequence[str] = ()
) -> JobQueued | JobWaiting:
    """A job that depends on others waits for them; one that only waits for a time is in the queue meanwhile."""
    if depends_on:
        return JobWaiting(submission=submission, not_before=not_before, depends_on=tuple(depends_on))
    lane = lane_of(submission.priority)
    return JobQueued(queue=submission.queue, lane=lane, submission=submission, not_before=not_before)


def make_ready(job: Job, resolved: Resolved) -> JobQueued:
    """The jobs it depends on are done: `resolved` is what it works on now."""
    _refuse_unless_waiting(job)
    return _queue_again(job, QueuedBecause.READY, resolved=resolved)


def give_up_waiting(job: Job, reason: str) -> JobCancelled:
    """A job it depends on came to nothing, and so will it."""
    _refuse_unless_waiting(job)
    return JobCancelled(reason=reason)


def refuse_input(job: Job, message: str) -> JobFailed:
    """What the jobs before it gave is not what it needs, so it is not begun at all."""
    _refuse_unless_waiting(job)
    return JobFailed(attempt=job.attempt, kind="unresolved_input", message=message)


def start_attempt(
    job: Job, *, worker: str, lease_seconds: float, picked: PickedBecause = PickedBecause.LANE
) -> JobStarted:
    if job.status is not JobStatus.PENDING or job.is_waiting:
        raise Refused("not-pending", f"the job {job.id} is {'waiting' if job.is_waiting else job.status}")
    return JobStarted(attempt=job.attempt + 1, worker=worker, lease_seconds=lease_seconds, picked=picked)


def checkpoint_attempt(job: Job, state: dict[str, Any]) -> JobCheckpointed:
    _refuse_unless_running(job)
    return JobCheckpointed(attempt=job.attempt, state=state)


def complete_attempt(job: Job, output_data: dict[str, Any], phases: Sequence[Phase] = ()) -> JobCompleted:
    """A cancel request that came first wins: then the work is dropped."""
    _refuse_unless_running(job)
    if job.cancel_requested:
        raise Refused("cancel-requested", f"the job {job.id} is to be cancelled")
    return JobCompleted(attempt=job.attempt, output_data=output_data, phases=tuple(phases))


def fail_attempt(
    job: Job, error: WorkError, *, now: datetime, jitter: float, phases: Sequence[Phase] = ()
) -> JobAttemptFailed | JobFailed | JobCancelled | JobSnoozed:
    """What an attempt that raised comes to. `jitter` is between 0 and 1 and shortens the delay by up to a fifth.

    A next try that would come after the job's deadline is none.
    """
    _refuse_unless_running(job)
    if job.cancel_requested:
        return JobCancelled()
    if isinstance(error, Cancelled):
        return JobCancelled(reason=error.message)
    if isinstance(error, Snooze):
        return JobSnoozed(attempt=job.attempt, until=now + timedelta(seconds=error.seconds), reason=error.message)
    ended: dict[str, Any] = {"attempt": job.attempt, "kind": error.kind, "message": error.message}
    ended |= {"detail": error.detail, "phases": tuple(phases)}
    retry_at = now + timedelta(seconds=_delay_seconds(job, error, jitter))
    is_too_late = job.deadline is not None and retry_at >= job.deadline
    if isinstance(error, PermanentError) or job.retry_count >= job.max_retries or is_too_late:
        return JobFailed(**ended)
    return JobAttemptFailed(**ended, retry_at=retry_at)


def expire_job(job: Job) -> JobFailed:
    """A pending job whose total timeout has passed is not begun any more."""
    if job.status is not JobStatus.PENDING:
        raise Refused("not-pending", f"the job {job.id} is {job.status}")
    fix = "submit it again with a larger total_timeout_seconds"
    message = f"not done within {job.total_timeout_seconds:g} s of its submission: {fix}"
    return JobFailed(attempt=job.attempt, kind="deadline_exceeded", message=message, detail=job.error_message)


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


def retry_job(job: Job, *, reason: str | None = None) -> JobQueued | JobWaiting:
    """Another attempt with the same input, and a fresh number of retries.

    A job that waits for its next try, or for its time, is tried now. One that never got what it depends on waits
    for that again.
    """
    if job.status is JobStatus.PENDING and not job.is_waiting and job.not_before is not None:
        return _queue_again(job, QueuedBecause.RETRIED, reason=reason)
    if job.status not in (JobStatus.FAILED, JobStatus.CANCELLED):
        message = f"the job {job.id} is {job.status}: only failed or cancelled jobs, or ones that wait for their time"
        raise Refused("job-not-failed", f"{message}, are retried")
    if job.depends_on and job.queued_sequence == 0:
        return JobWaiting(depends_on=job.depends_on, reason=reason)
    return _queue_again(job, QueuedBecause.RETRIED, reason=reason)


def reprioritise_job(job: Job, priority: int, *, reason: str | None = None) -> list[Event]:
    """A pending job changes its lane and stands last in the new one; a running one keeps it for a next attempt."""
    if job.status.is_final:
        raise Refused("job-finished", f"the job {job.id} is {job.status} already: its priority changes nothing")
    if priority == job.priority:
        return []
    changed = JobReprioritised(priority=priority, reason=reason)
    if job.status is JobStatus.RUNNING or job.is_waiting or lane_of(priority) == lane_of(job.priority):
        return [changed]
    lane, because = lane_of(priority), QueuedBecause.REPRIORITISED
    return [changed, JobQueued(queue=job.queue, lane=lane, because=because, not_before=job.not_before, reason=reason)]


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


def _queue_again(
    job: Job, because: QueuedBecause, *, resolved: Resolved | None = None, reason: str | None = None
) -> JobQueued:
    """A time that a job waits for still holds once the others it waited for are done."""
    not_before = job.not_before if because is QueuedBecause.READY else None
    lane = lane_of(job.priority)
    return JobQueued(
        queue=job.queue, lane=lane, because=because, not_before=not_before, resolved=resolved, reason=reason
    )


def _refuse_unless_waiting(job: Job) -> None:
    if job.status is not JobStatus.PENDING or not job.is_waiting:
        raise Refused("not-waiting", f"the job {job.id} does not wait for other jobs")


def _refuse_unless_running(job: Job) -> None:
    if job.status is not JobStatus.RUNNING:
        raise Refused("not-running", f"the job {job.id} is {job.status}")
