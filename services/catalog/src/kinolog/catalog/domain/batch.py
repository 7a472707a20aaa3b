"""Batches: what the failure of one job means for the others of its batch."""

from collections.abc import Sequence

from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.base import fold
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobFailed, JobQueued, JobWaiting, QueuedBecause

History = Sequence[RecordedEvent]


def stops_its_batch(job: Job) -> bool:
    return job.batch_id is not None and job.status is JobStatus.FAILED and job.stops_batch


def is_stopped_by(failed: History, other: History) -> bool:
    """Whether a failure is to end another job of the batch: not one that somebody has retried since."""
    job = fold(JOB, _id_of(other), other).state
    return job is not None and not job.status.is_final and _retried_at(other) < _failed_at(failed)


def _failed_at(history: History) -> int:
    return max((recorded.sequence for recorded in history if isinstance(recorded.event, JobFailed)), default=0)


def _retried_at(history: History) -> int:
    """The sequence of the last retry by hand, 0 where there was none."""
    return max((recorded.sequence for recorded in history if _is_retry(recorded)), default=0)


def _is_retry(recorded: RecordedEvent) -> bool:
    match recorded.event:
        case JobQueued(because=QueuedBecause.RETRIED):
            return True
        case JobWaiting(submission=None):
            return True
    return False


def _id_of(history: History) -> str:
    return history[0].subject.id if history else ""
