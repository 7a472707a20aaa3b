"""Following each job through its events: its course, who may write, and how often it was tried."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from kinolog.common.audit.course import CANCELLING, ENDS, PENDING, RUNNING, SHOWN, UNBORN, Status, next_status, step_of
from kinolog.common.audit.report import Check, Report
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.events.job import JobAttemptFailed, JobFailed, JobQueued, JobStarted, JobWaiting

MOST_LOST_WORKERS: Final = 3
# Clocks of one installation may differ by this much.
_CLOCKS_DIFFER: Final = timedelta(seconds=1)
_WRITTEN_BY_ITS_WORKER: Final = frozenset({"completed", "checkpointed", "snoozed", "queued released"})
_BEGINS_ANEW: Final = frozenset({"queued retried", "waiting again"})


@dataclass(slots=True)
class Ledger:
    """What is known of one job. `starts`, `retries`, `losses` and `free` (returns that cost nothing) are counted
    anew when it is retried by hand.
    """

    status: Status = UNBORN
    worker: str = ""
    attempt: int = 0
    most_retries: int = 0
    starts: int = 0
    retries: int = 0
    losses: int = 0
    free: int = 0
    not_before: datetime | None = None
    delay: timedelta = field(default_factory=timedelta)


class JobLedgers:
    """Sees every event of every job, in order."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._ledgers: dict[str, Ledger] = {}

    def see(self, recorded: RecordedEvent) -> None:
        ledger = self._ledgers.setdefault(recorded.subject.id, Ledger())
        step = step_of(recorded.event)
        self._check_course(ledger, step, recorded)
        self._check_fencing(ledger, step, recorded)
        self._check_attempts(ledger, recorded)
        self._enter(ledger, step, recorded)

    def compare(self, job_id: str, shown: str) -> None:
        """What the job's own fold says must be what the table says."""
        status = self._ledgers[job_id].status
        if SHOWN.get(status, status) != shown:
            self._report.violate(Check.COURSE, f"{job_id} is shown as {shown}, but its events make it {status}")

    def has_ended(self, job_id: str) -> bool:
        return self._ledgers[job_id].status in ENDS

    def forget(self, job_id: str) -> None:
        """It has an event that nobody can read, so nothing can be expected of it any more."""
        self._ledgers.pop(job_id, None)

    def finish(self, *, must_have_ended: bool) -> None:
        if not must_have_ended:
            self._report.skip(Check.ENDED, "jobs may be under way")
            return
        for job_id, ledger in self._ledgers.items():
            self._report.look(Check.ENDED)
            if ledger.status not in ENDS:
                self._report.violate(Check.ENDED, f"{job_id} is {ledger.status}, in attempt {ledger.attempt}")

    def _check_course(self, ledger: Ledger, step: str, recorded: RecordedEvent) -> None:
        self._report.look(Check.COURSE)
        if next_status(ledger.status, step) is None:
            self._report.violate(Check.COURSE, f"{_place(recorded)}: {step} cannot follow while it is {ledger.status}")

    def _check_fencing(self, ledger: Ledger, step: str, recorded: RecordedEvent) -> None:
        if ledger.status not in (RUNNING, CANCELLING):
            return
        self._report.look(Check.FENCING)
        attempt = getattr(recorded.event, "attempt", ledger.attempt)
        if attempt != ledger.attempt:
            text = f"{step} is of attempt {attempt} while attempt {ledger.attempt} runs"
            self._report.violate(Check.FENCING, f"{_place(recorded)}: {text}")
        actor = recorded.metadata.actor
        if _is_its_workers_word(step, recorded.event) and actor != f"worker:{ledger.worker}":
            text = f"{step} was written by {actor} while {ledger.worker} held the job"
            self._report.violate(Check.FENCING, f"{_place(recorded)}: {text}")

    def _check_attempts(self, ledger: Ledger, recorded: RecordedEvent) -> None:
        if not isinstance(recorded.event, JobStarted):
            return
        self._report.look(Check.ATTEMPTS)
        if recorded.event.attempt != ledger.attempt + 1:
            self._excess(recorded, f"attempt {recorded.event.attempt} follows attempt {ledger.attempt}")
        if ledger.starts > ledger.retries + ledger.losses + ledger.free:
            self._excess(recorded, "it is begun again although nothing was said of the attempt before")
        if ledger.retries > ledger.most_retries or ledger.losses > MOST_LOST_WORKERS:
            text = (
                f"begun after {ledger.retries} failures of {ledger.most_retries + 1} and {ledger.losses} lost workers"
            )
            self._excess(recorded, text)
        if ledger.not_before is not None and recorded.occurred_at < ledger.not_before - _CLOCKS_DIFFER:
            self._excess(recorded, f"begun before its time, {ledger.not_before.isoformat()}")

    def _excess(self, recorded: RecordedEvent, text: str) -> None:
        self._report.violate(Check.ATTEMPTS, f"{_place(recorded)}: {text}")

    def _enter(self, ledger: Ledger, step: str, recorded: RecordedEvent) -> None:
        """After an illegal step go on from what the event plainly means, so that one fault is told once."""
        ledger.status = next_status(ledger.status, step) or _plain_meaning(step, ledger.status)
        match recorded.event:
            case JobQueued(submission=submission) | JobWaiting(submission=submission):
                self._enter_queue(ledger, step, recorded.event, submission)
            case JobStarted(attempt=attempt, worker=worker):
                ledger.attempt, ledger.worker, ledger.not_before = attempt, worker, None
                ledger.starts += 1
            case JobAttemptFailed():
                self._enter_failure(ledger, recorded.event, recorded)
            case _ if step == "snoozed":
                ledger.free += 1
                ledger.not_before = getattr(recorded.event, "until", None)

    def _enter_queue(self, ledger: Ledger, step: str, event: Any, submission: Any) -> None:
        if submission is not None:
            ledger.most_retries = submission.max_retries
        if step in _BEGINS_ANEW:
            ledger.starts = ledger.retries = ledger.losses = ledger.free = 0
            ledger.delay = timedelta()
        if step == "queued released":
            ledger.free += 1
        ledger.not_before = event.not_before

    def _enter_failure(self, ledger: Ledger, event: JobAttemptFailed, recorded: RecordedEvent) -> None:
        ledger.not_before = event.retry_at
        if not event.costs_retry:
            ledger.losses += 1
            return
        ledger.retries += 1
        delay = event.retry_at - recorded.occurred_at
        if delay < ledger.delay * 0.75:
            text = f"{_place(recorded)}: waits {delay} after its failure {ledger.retries}, and {ledger.delay} before"
            self._report.note(f"{text}; right only where a handler chose the delay")
        ledger.delay = delay


def _is_its_workers_word(step: str, event: Event) -> bool:
    """A lost worker, and a time that ran out, are told by others."""
    if isinstance(event, JobAttemptFailed):
        return event.costs_retry
    if isinstance(event, JobFailed):
        return event.kind not in ("worker_lost", "deadline_exceeded")
    return step in _WRITTEN_BY_ITS_WORKER


def _plain_meaning(step: str, status: Status) -> Status:
    word = step.partition(" ")[0]
    if word in ("queued", "attempt_failed", "snoozed"):
        return PENDING
    if word == "started":
        return RUNNING
    return word if word in ENDS else status


def _place(recorded: RecordedEvent) -> str:
    return f"{recorded.subject.id} at {recorded.sequence}"
