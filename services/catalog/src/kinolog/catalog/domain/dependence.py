"""Jobs that wait for others: who waits for whom, and what becomes of a job given how those others are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from kinolog.common.aggregates import Job, JobStatus
from kinolog.common.aggregates.job_decisions import give_up_waiting, make_ready, refuse_input
from kinolog.common.errors import Refused
from kinolog.common.events.job import JobCancelled, JobFailed, JobQueued, OnFailure
from kinolog.common.pipelines import resolve

_REASON_CHARACTERS: Final = 200

Others = Mapping[str, Job | None]


class Waiting:
    """Which jobs wait for which, as far as was heard. It may name too many, since every job is looked at anyway."""

    def __init__(self) -> None:
        self._waiting_for: dict[str, set[str]] = defaultdict(set)

    def add(self, job_id: str, depends_on: Iterable[str]) -> None:
        for other in depends_on:
            self._waiting_for[other].add(job_id)

    def ended(self, job_id: str) -> set[str]:
        """Those that waited for a job which has come to an end; they are forgotten with it."""
        return self._waiting_for.pop(job_id, set())


def is_decided(statuses: Sequence[JobStatus | None]) -> bool:
    """Whether there may be a next step for a job, given how the others are; None for one that is not known."""
    return all(status is JobStatus.COMPLETED for status in statuses) or any(
        status is None or status in _ENDED for status in statuses
    )


def next_step(job: Job, others: Others, *, missing_since: datetime) -> JobQueued | JobCancelled | JobFailed | None:
    """What becomes of a waiting job; None while it has to wait on.

    The jobs of a batch are written in any order, so one that is not there is missed only by jobs that are older than
    `missing_since`.
    """
    if (reason := _lost_cause(job, others, missing_since)) is not None:
        return give_up_waiting(job, reason)
    if not all(other is not None and other.status is JobStatus.COMPLETED for other in others.values()):
        return None
    try:
        outputs = {other.id: other.output_data or {} for other in others.values() if other is not None}
        return make_ready(job, resolve(job, outputs))
    except Refused as error:
        return refuse_input(job, f"{error.field}: {error.message}" if error.field else error.message)


def since_missing(now: datetime, grace_seconds: float) -> datetime:
    return now - timedelta(seconds=grace_seconds)


def in_short(job: Job) -> str:
    """How a job came to nothing, in a few words."""
    why = f": {job.error_message}" if job.status is JobStatus.FAILED and job.error_message else ""
    return f"the {job.type} job {job.id} {_ENDED.get(job.status, job.status)}{why}"[:_REASON_CHARACTERS]


_ENDED: Final = {JobStatus.FAILED: "failed", JobStatus.CANCELLED: "was cancelled"}


def _lost_cause(job: Job, others: Others, missing_since: datetime) -> str | None:
    for other_id, other in others.items():
        if other is None and job.created_at < missing_since:
            return f"it depends on the job {other_id}, which does not exist"
        if other is not None and other.status in _ENDED and job.on_failure is OnFailure.CANCEL:
            return f"it depends on another: {in_short(other)}"
    return None
