"""What people may do to a job that is there, to one or to many at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kinolog.common.aggregates import Job, JobStatus
from kinolog.common.aggregates.job_decisions import cancel_job, reprioritise_job, retry_job
from kinolog.common.events import Event


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to each job. Among many, only those of these `statuses` are looked at unless others are named."""

    verb: str
    statuses: Sequence[JobStatus]
    decide: Callable[[Job], Sequence[Event]]


def cancelling(reason: str | None) -> Change:
    def decide(job: Job) -> list[Event]:
        cancelled = cancel_job(job, reason=reason)
        return [] if cancelled is None else [cancelled]

    return Change("cancel", (JobStatus.PENDING, JobStatus.RUNNING), decide)


def retrying(reason: str | None) -> Change:
    return Change("retry", (JobStatus.FAILED, JobStatus.CANCELLED), lambda job: [retry_job(job, reason=reason)])


def prioritising(priority: int, reason: str | None) -> Change:
    unfinished = (JobStatus.PENDING, JobStatus.RUNNING)
    return Change("prioritise", unfinished, lambda job: reprioritise_job(job, priority, reason=reason))
