"""Why a job was cancelled, in the words of whoever did it: rows hold only that it was."""

from collections.abc import Sequence

from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobCancelled, JobCancelRequested, JobQueued, JobStarted, JobWaiting
from kinolog.common.queries import Wait, WaitKind


def with_reason(waits: Sequence[Wait], history: Sequence[RecordedEvent]) -> list[Wait]:
    """What a job waits for; where it is cancelled, with the reason that was given."""
    reason = _cancelled_because(history)
    if reason is None:
        return list(waits)
    return [_because(wait, reason) if wait.kind is WaitKind.FINISHED else wait for wait in waits]


def _because(wait: Wait, reason: str) -> Wait:
    return wait.model_copy(update={"detail": f"{wait.detail}: {reason}"})


def _cancelled_because(history: Sequence[RecordedEvent]) -> str | None:
    """None for a job that is not cancelled, or without a reason. Of a running one, the request tells the reason."""
    if not isinstance(history[-1].event, JobCancelled):
        return None
    for recorded in reversed(history):
        event = recorded.event
        if isinstance(event, JobCancelled | JobCancelRequested) and event.reason is not None:
            return event.reason
        if isinstance(event, JobStarted | JobQueued | JobWaiting):
            return None
    return None
