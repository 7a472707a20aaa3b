"""How long an attempt may take, and how long it may be silent, given its type, its submitter and its deadline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kinolog.common.aggregates import Job
from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.common.jobs import JOB_TYPES, Patience

_USUAL: Final = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPatience:
    """All in seconds: of one attempt, of silence within it, and until the job's deadline, None without one."""

    attempt_seconds: float
    silence_seconds: float
    deadline_seconds: float | None

    def verdict(self, *, taken_seconds: float, silent_seconds: float) -> WorkError | None:
        """What the attempt is stopped for, None while it may go on."""
        if self.deadline_seconds is not None and taken_seconds >= self.deadline_seconds:
            return PermanentError("deadline_exceeded", f"not done within its total timeout: {_fix('total')}")
        if taken_seconds >= self.attempt_seconds:
            took = f"the attempt took longer than its {self.attempt_seconds:g} s"
            return PassingError("attempt_timeout", f"{took}: {_fix('attempt')}")
        if silent_seconds >= self.silence_seconds:
            return PassingError("heartbeat_timeout", f"no progress was heard of for {self.silence_seconds:g} s")
        return None


def patience_with(job: Job, now: datetime) -> AttemptPatience:
    usual = JOB_TYPES[job.type].patience if job.type in JOB_TYPES else _USUAL
    return AttemptPatience(
        attempt_seconds=job.attempt_timeout_seconds or usual.attempt_timeout_seconds,
        silence_seconds=job.heartbeat_timeout_seconds or usual.heartbeat_timeout_seconds,
        deadline_seconds=None if job.deadline is None else (job.deadline - now).total_seconds(),
    )


def _fix(which: str) -> str:
    """A retry keeps the times that its job was given."""
    return f"submit it again with a larger {which}_timeout_seconds"
