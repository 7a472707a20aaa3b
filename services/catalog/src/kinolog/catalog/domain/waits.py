"""What a job waits for, in words for a person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kinolog.catalog.domain.workload import Workload
from kinolog.common.aggregates import Job, JobStatus
from kinolog.common.queries import Wait, WaitKind
from kinolog.common.subjects import is_gpu_queue
from kinolog.common.worker.progress import Presence

_ERROR_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that a job may wait for: others, the workers that are alive, and what is set."""

    others: Mapping[str, Job]
    workers: Sequence[Presence]
    workload: Workload
    now: datetime


def waits_of(job: Job, around: Surroundings) -> list[Wait]:
    """At least one; its turn only where nothing else is in the way."""
    if job.status.is_final:
        return [Wait(kind=WaitKind.FINISHED, detail=_end(job), until=job.completed_at)]
    if job.status is JobStatus.RUNNING:
        return [Wait(kind=WaitKind.RUNNING, detail=_run(job))]
    waits = [*_for_others(job, around.others), *_for_its_time(job, around.now), *_for_permission(job, around)]
    return waits or [Wait(kind=WaitKind.TURN, detail="it starts as soon as it is its turn and a worker has room")]


def workers_for(job: Job, workers: Iterable[Presence]) -> list[Presence]:
    """Those that would take such a job; a worker that names no types takes any of its queue."""
    return [worker for worker in _able(job, workers) if not worker.is_draining]


def _able(job: Job, workers: Iterable[Presence]) -> list[Presence]:
    takers = [worker for worker in workers if worker.serves(job.queue)]
    return [worker for worker in takers if not worker.job_types or job.type in worker.job_types]


def _end(job: Job) -> str:
    why = f": {job.error_message}" if job.status is JobStatus.FAILED and job.error_message else ""
    return f"it is {job.status}{why}"[:_ERROR_CHARACTERS] + _advice(job)


def _advice(job: Job) -> str:
    """An error that may pass says nothing of what to do, since the job did that by itself for a while."""
    if job.status is not JobStatus.FAILED:
        return ""
    if job.error_kind == "worker_lost":
        return " (see why its workers died, then retry it)"
    was_tried_often = 0 < job.max_retries <= job.retry_count
    return f" (after {job.retry_count + 1} tries: retry it once the cause is gone)" if was_tried_often else ""


def _run(job: Job) -> str:
    cancelling = ", and is being cancelled" if job.cancel_requested else ""
    return f"attempt {job.attempt} runs on {job.worker}{cancelling}"


def _for_others(job: Job, others: Mapping[str, Job]) -> Iterator[Wait]:
    for other_id in job.depends_on if job.is_waiting else ():
        other = others.get(other_id)
        if other is None:
            yield Wait(kind=WaitKind.DEPENDENCY, job_id=other_id, detail=f"the job {other_id} is not there (yet)")
        elif other.status is not JobStatus.COMPLETED:
            advice = ": retry that job, or cancel this one" if other.status.is_final else ""
            detail = f"the {other.type} job {other_id} is {other.status}{advice}"
            yield Wait(kind=WaitKind.DEPENDENCY, job_id=other_id, detail=detail)


def _for_its_time(job: Job, now: datetime) -> Iterator[Wait]:
    if job.not_before is None or job.not_before <= now:
        return
    again = f", after attempt {job.attempt}" if job.attempt else ""
    why = f": {job.error_message}" if again and job.error_message else ""
    detail = f"it is not begun before {job.not_before.isoformat(timespec='seconds')}{again}{why}"
    yield Wait(kind=WaitKind.TIME, until=job.not_before, detail=detail[:_ERROR_CHARACTERS])


def _for_permission(job: Job, around: Surroundings) -> Iterator[Wait]:
    if around.workload.settings.queue(job.queue).is_paused:
        yield Wait(kind=WaitKind.QUEUE_PAUSED, detail=f"the queue {job.queue} is paused: resume it")
    most = around.workload.settings.share(job.project_id).max_running
    running = around.workload.running_of(job.project_id)
    if most is not None and running >= most:
        detail = f"{running} jobs of its project run, and {most} may at once"
        yield Wait(kind=WaitKind.PROJECT_LIMIT, detail=detail)
    if not workers_for(job, around.workers):
        yield Wait(kind=WaitKind.NO_WORKER, detail=_missing_worker(job, around.workers))


def _missing_worker(job: Job, workers: Iterable[Presence]) -> str:
    if drained := _able(job, workers):
        names = ", ".join(worker.id for worker in drained)
        return f"every worker that takes {job.type} jobs is drained or leaving: undrain one of {names}, or start one"
    if is_gpu_queue(job.queue):
        return (
            f"no worker with a GPU is alive that takes {job.type} jobs: start one on a machine with a GPU,"
            " or cancel this job and submit it without gpu"
        )
    return f"no worker is alive that takes {job.type} jobs of the queue {job.queue}: start one"
