"""The attempts at a job, folded from its history: who tried, how each ended, and where its time went."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from kinolog.common.events import Event, RecordedEvent
from kinolog.common.events.job import (
    JobAttemptFailed,
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobQueued,
    JobSnoozed,
    JobStarted,
    Phase,
    PickedBecause,
)

WORKER_LOST: Final = "worker_lost"

Outcome = Literal["running", "completed", "failed", "worker_lost", "snoozed", "cancelled", "released"]


class Attempt(BaseModel):
    """`error` is one line for a person, `detail` all there is; `retry_at` is when the next attempt was due."""

    model_config = ConfigDict(frozen=True)

    object: Literal["attempt"] = "attempt"
    number: int
    worker: str
    picked: PickedBecause
    outcome: Outcome = "running"
    started_at: datetime
    ended_at: datetime | None = None
    seconds: float | None = None
    error_kind: str | None = None
    error: str | None = None
    detail: str | None = None
    retry_at: datetime | None = None
    phases: tuple[Phase, ...] = ()


def attempts(history: Iterable[RecordedEvent]) -> list[Attempt]:
    """All attempts in order; the last one may still be running."""
    found: list[Attempt] = []
    for recorded in history:
        event = recorded.event
        if isinstance(event, JobStarted):
            found.append(_begun(event, recorded.occurred_at))
        elif found and found[-1].outcome == "running" and (ended := _end(event)):
            found[-1] = _ended(found[-1], ended, recorded.occurred_at)
    return found


def _begun(event: JobStarted, at: datetime) -> Attempt:
    return Attempt(number=event.attempt, worker=event.worker, picked=event.picked, started_at=at)


def _ended(attempt: Attempt, end: dict[str, Any], at: datetime) -> Attempt:
    seconds = (at - attempt.started_at).total_seconds()
    return attempt.model_copy(update={**end, "ended_at": at, "seconds": seconds})


def _end(event: Event) -> dict[str, Any]:
    """What an event says about the end of the attempt that was running; nothing where it goes on."""
    match event:
        case JobCompleted():
            return {"outcome": "completed", "phases": event.phases}
        case JobAttemptFailed():
            return {**_failure(event), "retry_at": event.retry_at}
        case JobFailed():
            return _failure(event)
        case JobSnoozed():
            return {"outcome": "snoozed", "error": event.reason, "retry_at": event.until}
        case JobCancelled():
            return {"outcome": "cancelled", "error": event.reason}
        case JobQueued():
            return {"outcome": "released"}
    return {}


def _failure(event: JobAttemptFailed | JobFailed) -> dict[str, Any]:
    return {
        "outcome": "worker_lost" if event.kind == WORKER_LOST else "failed",
        "error_kind": event.kind,
        "error": event.message,
        "detail": event.detail,
        "phases": event.phases,
    }
