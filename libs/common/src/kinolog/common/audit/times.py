"""The times that attempts tell: each ends after it began, and its phases fit into it."""

from datetime import datetime, timedelta
from typing import Final

from kinolog.common.audit.report import Check, Report
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobAttemptFailed, JobCompleted, JobFailed, JobStarted

# Clocks are set while an attempt runs, and phases are measured by one that is not.
_CLOCK_IS_SET_BY: Final = timedelta(seconds=1)

End = JobCompleted | JobAttemptFailed | JobFailed


class Times:
    """Compares only what one worker wrote: clocks of different machines may be hours apart."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._began: dict[str, tuple[str, datetime]] = {}

    def see(self, recorded: RecordedEvent) -> None:
        """The next event of a job."""
        match recorded.event:
            case JobStarted():
                self._began[recorded.subject.id] = (recorded.metadata.actor, recorded.occurred_at)
            case JobCompleted() | JobAttemptFailed() | JobFailed():
                actor, began = self._began.get(recorded.subject.id, ("", recorded.occurred_at))
                if actor == recorded.metadata.actor:
                    self._report.look(Check.TIMES)
                    self._check(recorded, recorded.event, recorded.occurred_at - began)

    def settle(self, job_id: str) -> None:
        """It has ended."""
        self._began.pop(job_id, None)

    def _check(self, recorded: RecordedEvent, end: End, lasted: timedelta) -> None:
        worked = timedelta(seconds=sum(phase.seconds for phase in end.phases))
        if lasted < -_CLOCK_IS_SET_BY:
            self._violate(recorded, f"ends {-lasted} before it began")
        elif worked > lasted + _CLOCK_IS_SET_BY:
            self._violate(recorded, f"lasted {lasted}, and its phases {worked}")

    def _violate(self, recorded: RecordedEvent, text: str) -> None:
        place = f"{recorded.subject.id} at {recorded.sequence}"
        self._report.violate(Check.TIMES, f"{place}: the attempt {text}")
