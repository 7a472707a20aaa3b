"""Why other jobs go before a job, or went, in words for a person; and how long it may take."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from kinolog.catalog.domain.fairness import Head
from kinolog.common.aggregates import Job
from kinolog.common.events.job import PickedBecause
from kinolog.common.queries import Ahead, AheadBecause, Estimate
from kinolog.common.subjects import lane_of
from kinolog.common.worker.order import Turn


def runnable_since(job: Job) -> datetime | None:
    """None while it has never been in a queue."""
    if job.queued_at is None or job.not_before is None:
        return job.queued_at
    return max(job.queued_at, job.not_before)


def ahead_of(job: Job, turns: Sequence[Turn], heads: Sequence[Head]) -> list[Ahead]:
    """The turns that come before the job's own, or all of them where it has none among them."""
    head_of = {head.job_id: head for head in heads}
    ahead: list[Ahead] = []
    for turn in turns:
        if turn.job_id == job.id:
            break
        head = head_of[turn.job_id]
        because = _because(job, turn.because, head.lane, head.queued_sequence)
        ahead.append(_ahead(turn.job_id, because, head.lane, "goes"))
    return ahead


def went_before(job: Job, started: Sequence[Job]) -> list[Ahead]:
    """Why each of those started while this one could have."""
    return [_went_before(job, other) for other in started]


def estimate(durations_seconds: Sequence[float], *, ahead_count: int, slots: int, is_its_turn: bool) -> Estimate | None:
    """From what jobs of the type took lately. Nobody knows how long a job waits for anything but its turn."""
    if not durations_seconds:
        return None
    run_seconds = median(durations_seconds)
    wait_seconds = ahead_count * run_seconds / slots if slots and is_its_turn else None
    return Estimate(run_seconds=run_seconds, wait_seconds=wait_seconds, based_on=len(durations_seconds))


def _went_before(job: Job, other: Job) -> Ahead:
    lane = lane_of(other.priority)
    because = _because(job, other.picked or PickedBecause.LANE, lane, other.queued_sequence)
    return _ahead(other.id, because, lane, "went")


def _because(job: Job, picked: PickedBecause, lane: int, queued_sequence: int) -> AheadBecause:
    if picked is PickedBecause.AGE:
        return AheadBecause.AGE
    if lane > lane_of(job.priority):
        return AheadBecause.LANE
    return AheadBecause.ORDER if queued_sequence < job.queued_sequence else AheadBecause.SHARE


def _ahead(job_id: str, because: AheadBecause, lane: int, goes: str) -> Ahead:
    reason = {
        AheadBecause.LANE: f"its lane is higher: {lane}",
        AheadBecause.ORDER: "it was queued earlier",
        AheadBecause.SHARE: "it was its project's turn",
        AheadBecause.AGE: "it had waited too long behind higher lanes",
    }[because]
    return Ahead(job_id=job_id, because=because, detail=f"it {goes} first, because {reason}")
