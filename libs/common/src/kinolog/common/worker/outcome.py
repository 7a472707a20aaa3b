"""What an attempt can come to, before it is written to the log."""

from dataclasses import dataclass
from enum import StrEnum

from kinolog.common.aggregates import Change
from kinolog.common.errors import WorkError
from kinolog.common.events.job import Phase
from kinolog.common.jobs import Output


class Interruption(StrEnum):
    """Why an attempt was stopped before its handler was done."""

    CANCELLED = "cancelled"
    RELEASED = "released"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Done:
    output: Output
    changes: tuple[Change, ...]


Outcome = Done | WorkError | Interruption


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of an attempt, and what it did for how long."""

    outcome: Outcome
    phases: tuple[Phase, ...] = ()
