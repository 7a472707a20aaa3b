"""The course of a job as a table, on purpose not made from the decisions: one mistake must not hide in both."""

from typing import Final

from kinolog.common.events import Event
from kinolog.common.events.job import JobFailed, JobQueued, JobWaiting

Status = str
Step = str

UNBORN: Final[Status] = "unborn"
WAITING: Final[Status] = "waiting"
PENDING: Final[Status] = "pending"
RUNNING: Final[Status] = "running"
CANCELLING: Final[Status] = "cancelling"
COMPLETED: Final[Status] = "completed"
FAILED: Final[Status] = "failed"
CANCELLED: Final[Status] = "cancelled"

ENDS: Final = frozenset({COMPLETED, FAILED, CANCELLED})

_BEGUN_AGAIN: Final[dict[Step, Status]] = {"queued retried": PENDING, "waiting again": WAITING}

TABLE: Final[dict[Status, dict[Step, Status]]] = {
    UNBORN: {"queued submitted": PENDING, "waiting submitted": WAITING},
    WAITING: {
        "queued ready": PENDING,
        "reprioritised": WAITING,
        "cancelled": CANCELLED,
        "failed by its deadline": FAILED,
        "failed for its input": FAILED,
    },
    PENDING: {
        "queued reprioritised": PENDING,
        "queued reaped": PENDING,
        "queued retried": PENDING,
        "reprioritised": PENDING,
        "started": RUNNING,
        "cancelled": CANCELLED,
        "failed by its deadline": FAILED,
    },
    RUNNING: {
        "checkpointed": RUNNING,
        "reprioritised": RUNNING,
        "cancel_requested": CANCELLING,
        "completed": COMPLETED,
        "failed": FAILED,
        "failed by its deadline": FAILED,
        "cancelled": CANCELLED,
        "attempt_failed": PENDING,
        "snoozed": PENDING,
        "queued released": PENDING,
    },
    CANCELLING: {"checkpointed": CANCELLING, "reprioritised": CANCELLING, "cancelled": CANCELLED},
    COMPLETED: {"archived": COMPLETED},
    FAILED: {"archived": FAILED, **_BEGUN_AGAIN},
    CANCELLED: {"archived": CANCELLED, **_BEGUN_AGAIN},
}

# The status that readers of a job are shown for each of the table's.
SHOWN: Final[dict[Status, str]] = {WAITING: PENDING, CANCELLING: RUNNING}


def step_of(event: Event) -> Step:
    """What the table calls an event of a job."""
    match event:
        case JobQueued(because=because, submission=None):
            return f"queued {because}"
        case JobQueued():
            return "queued submitted"
        case JobWaiting(submission=submission):
            return "waiting again" if submission is None else "waiting submitted"
        case JobFailed(kind="deadline_exceeded"):
            return "failed by its deadline"
        case JobFailed(kind="unresolved_input"):
            return "failed for its input"
        case _:
            return event.event_type.partition(".")[2]


def next_status(status: Status, step: Step) -> Status | None:
    """None where the table has no such step."""
    return TABLE[status].get(step)
