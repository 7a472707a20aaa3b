"""The job aggregate under every order of requests, by workers that may act on what they knew long ago.

The course of the job is checked against a table that was made apart from the decisions, the one of the audit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kinolog.common.aggregates import JOB, Change, Job, JobStatus, Loaded
from kinolog.common.aggregates.base import advance, fold, unborn
from kinolog.common.aggregates.job_decisions import (
    MAX_LOST_WORKERS,
    cancel_job,
    checkpoint_attempt,
    complete_attempt,
    confirm_cancel,
    expire_job,
    fail_attempt,
    give_up_waiting,
    lose_worker,
    make_ready,
    reap_job,
    refuse_input,
    release_job,
    reprioritise_job,
    retry_job,
    start_attempt,
    submit_job,
)
from kinolog.common.audit.course import RUNNING, SHOWN, UNBORN, next_status, step_of
from kinolog.common.errors import Cancelled, Conflict, PassingError, PermanentError, Refused, Snooze
from kinolog.common.events import Event, Metadata, RecordedEvent
from kinolog.common.events.job import JobAttemptFailed, JobStarted, Resolved
from kinolog.common.testing.examples import NOON, a_submission

WORKERS = st.sampled_from(["wrk_1", "wrk_2", "wrk_3", "wrk_4"])
JOB_ID: Final = "job_1"
MOST_RETRIES: Final = 1
RESOLVED: Final = Resolved(input_data={})

Decision = Callable[[Job, str, datetime], Event | Sequence[Event] | None]

# What a worker may come to, on what it has seen of the job.
BY_WORKERS: Final[dict[str, Decision]] = {
    "start": lambda job, worker, now: start_attempt(job, worker=worker, lease_seconds=30),
    "checkpoint": lambda job, worker, now: checkpoint_attempt(job, {"by": worker}),
    "complete": lambda job, worker, now: complete_attempt(job, {}),
    "fail": lambda job, worker, now: fail_attempt(job, PassingError("busy", "later"), now=now, jitter=0.5),
    "break": lambda job, worker, now: fail_attempt(job, PermanentError("bad", "never"), now=now, jitter=0.5),
    "snooze": lambda job, worker, now: fail_attempt(job, Snooze(5, "not now"), now=now, jitter=0.5),
    "give up": lambda job, worker, now: fail_attempt(job, Cancelled("unwanted"), now=now, jitter=0.5),
    "release": lambda job, worker, now: release_job(job),
    "confirm": lambda job, worker, now: confirm_cancel(job) if job.cancel_requested else None,
}
# Only the worker that holds the job says these: see `Held`.
BY_ITS_HOLDER: Final = frozenset(BY_WORKERS) - {"start"}

# What anybody else may decide, on what the log says now or said a while ago.
BY_OTHERS: Final[dict[str, Decision]] = {
    "lose": lambda job, _, now: lose_worker(job, now=now),
    "reap": lambda job, _, now: reap_job(job, now=now),
    "expire": lambda job, _, now: expire_job(job) if job.deadline is not None and job.deadline <= now else None,
    "make ready": lambda job, _, now: make_ready(job, RESOLVED),
    "stop waiting": lambda job, _, now: give_up_waiting(job, "what it waits for failed"),
    "refuse input": lambda job, _, now: refuse_input(job, "what it waits for made nothing"),
    "cancel": lambda job, _, now: cancel_job(job),
    "retry": lambda job, _, now: retry_job(job),
    "raise": lambda job, _, now: reprioritise_job(job, 9),
    "lower": lambda job, _, now: reprioritise_job(job, 0),
}


@dataclass
class Log:
    """The smallest log that keeps the rule: an append expects the sequence that its writer has seen."""

    events: list[RecordedEvent]

    def append(self, changes: Sequence[Change]) -> None:
        if changes[0].expected_sequence != len(self.events):
            raise Conflict([changes[0].id])
        for change in changes:
            self.events.append(_recorded(len(self.events) + 1, change))

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=len(self.events))


def _recorded(sequence: int, change: Change) -> RecordedEvent:
    metadata = Metadata(
        event_id=f"evt_{sequence}",
        occurred_at=NOON + timedelta(seconds=sequence),
        source="test",
        actor="test",
        correlation_id="c",
    )
    return RecordedEvent(sequence=sequence, subject=change.subject, event=change.event, metadata=metadata)


class JobMachine(RuleBasedStateMachine):
    """Everybody keeps the job as last seen and decides on that, stale or not."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log([])
        self.views: dict[str, Loaded[Job]] = {}

    @initialize(depends_on=st.sampled_from([(), ("job_0",)]), total_timeout=st.sampled_from([None, 8.0]))
    def submit(self, depends_on: tuple[str, ...], total_timeout: float | None) -> None:
        submission = a_submission(max_retries=MOST_RETRIES, total_timeout_seconds=total_timeout)
        self.log.append(unborn(JOB, JOB_ID).changes(submit_job(submission, depends_on=depends_on)))

    @rule(who=WORKERS)
    def look(self, who: str) -> None:
        self.views[who] = self.latest()

    @precondition(lambda self: self.views)
    @rule(data=st.data(), name=st.sampled_from(sorted(BY_WORKERS)))
    def work_on_what_was_seen(self, data: st.DataObject, name: str) -> None:
        worker = data.draw(st.sampled_from(sorted(self.views)))
        view = self.views[worker]
        if name not in BY_ITS_HOLDER or view.require().worker == worker:
            self.append(view, self.decided(BY_WORKERS[name], view, worker))

    @precondition(lambda self: self.views)
    @rule(data=st.data(), name=st.sampled_from(sorted(BY_OTHERS)))
    def decide_on_what_was_seen(self, data: st.DataObject, name: str) -> None:
        view = self.views[data.draw(st.sampled_from(sorted(self.views)))]
        self.append(view, self.decided(BY_OTHERS[name], view, ""))

    @rule(name=st.sampled_from(sorted(BY_OTHERS)))
    def decide_on_what_is_so(self, name: str) -> None:
        view = self.latest()
        self.append(view, self.decided(BY_OTHERS[name], view, ""))

    @rule(worker=WORKERS, name=st.sampled_from(sorted(BY_WORKERS)))
    def get_on(self, worker: str, name: str) -> None:
        """Without this most jobs would never get far."""
        view = self.latest()
        holder = view.require().worker or worker
        self.append(view, self.decided(BY_WORKERS[name], view, holder))

    def latest(self) -> Loaded[Job]:
        return fold(JOB, JOB_ID, self.log.events)

    def decided(self, decision: Decision, view: Loaded[Job], who: str) -> list[Event]:
        try:
            decided = decision(view.require(), who, self.log.now)
        except Refused:
            return []
        if decided is None:
            return []
        return [decided] if isinstance(decided, Event) else list(decided)

    def append(self, view: Loaded[Job], events: list[Event]) -> None:
        """A stale writer is refused, which is the point."""
        if not events:
            return
        try:
            self.log.append(view.changes(*events))
        except Conflict:
            assert view.sequence < len(self.log.events)

    @invariant()
    def its_course_is_one_that_the_table_knows(self) -> None:
        status = UNBORN
        for recorded in self.log.events:
            following = next_status(status, step := step_of(recorded.event))
            assert following is not None, f"{step} while it is {status}"
            status = following
        assert SHOWN.get(status, status) == self.latest().require().status

    @invariant()
    def only_one_attempt_runs_and_they_are_counted(self) -> None:
        attempts = [recorded.event.attempt for recorded in self.log.events if isinstance(recorded.event, JobStarted)]
        assert list(range(1, len(attempts) + 1)) == attempts

    @invariant()
    def an_outcome_is_of_the_attempt_that_runs(self) -> None:
        state: Loaded[Job] = unborn(JOB, JOB_ID)
        for recorded in self.log.events:
            if state.state is not None and state.state.status == RUNNING:
                assert state.state.attempt == getattr(recorded.event, "attempt", state.state.attempt)
            state = advance(state, recorded)

    @invariant()
    def versions_have_no_hole(self) -> None:
        assert list(range(1, len(self.log.events) + 1)) == [recorded.subject.version for recorded in self.log.events]

    @invariant()
    def retries_and_lost_workers_stay_within_their_limits(self) -> None:
        job = self.latest().require()
        assert job.retry_count <= MOST_RETRIES
        assert job.lost_count <= MAX_LOST_WORKERS

    @invariant()
    def a_next_try_is_never_before_the_last_one_ended(self) -> None:
        for recorded in self.log.events:
            if isinstance(recorded.event, JobAttemptFailed):
                assert recorded.event.retry_at >= recorded.occurred_at - timedelta(seconds=1)

    @invariant()
    def a_finished_job_has_no_worker_and_waits_for_nothing(self) -> None:
        job = self.latest().require()
        assert (job.status is JobStatus.RUNNING) == (job.worker is not None)
        assert job.status.is_final == (job.completed_at is not None)
        assert not (job.status.is_final and (job.is_waiting or job.not_before))

    @invariant()
    def a_waiting_job_is_in_no_queue(self) -> None:
        job = self.latest().require()
        assert not (job.is_waiting and job.status is not JobStatus.PENDING)


TestJobMachine = JobMachine.TestCase
TestJobMachine.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
