"""The job aggregate under every order of requests, by workers that may act on what they knew long ago."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kinolog.common.aggregates import JOB, Change, Job, JobStatus, Loaded
from kinolog.common.aggregates.base import advance, fold, unborn
from kinolog.common.aggregates.job_decisions import (
    MAX_LOST_WORKERS,
    cancel_job,
    complete_attempt,
    confirm_cancel,
    fail_attempt,
    lose_worker,
    release_job,
    retry_job,
    start_attempt,
    submit_job,
)
from kinolog.common.errors import Conflict, PassingError, PermanentError, Refused
from kinolog.common.events import Event, Metadata, RecordedEvent
from kinolog.common.testing.examples import NOON, a_submission

WORKERS = st.sampled_from(["wrk_1", "wrk_2", "wrk_3", "wrk_4"])
FINAL = ("job.completed", "job.failed", "job.cancelled")


@dataclass
class Log:
    """The smallest log that keeps the rule: an append expects the sequence that its writer has seen."""

    events: list[RecordedEvent]

    def append(self, change: Change) -> None:
        if change.expected_sequence != len(self.events):
            raise Conflict([change.id])
        sequence = len(self.events) + 1
        metadata = Metadata(
            event_id=f"evt_{sequence}",
            occurred_at=NOON + timedelta(seconds=sequence),
            source="test",
            actor="test",
            correlation_id="c",
        )
        self.events.append(
            RecordedEvent(sequence=sequence, subject=change.subject, event=change.event, metadata=metadata)
        )


class JobMachine(RuleBasedStateMachine):
    """Every worker keeps the job as it last saw it and decides on that, stale or not."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log([])
        self.views: dict[str, Loaded[Job]] = {}
        self.log.append(unborn(JOB, "job_1").changes(submit_job(a_submission(max_retries=1)))[0])

    def latest(self) -> Loaded[Job]:
        return fold(JOB, "job_1", self.log.events)

    def append(self, view: Loaded[Job], event: Event | None) -> bool:
        """Whether the log took it. A stale writer is refused, which is the point."""
        if event is None:
            return False
        try:
            self.log.append(view.changes(event)[0])
        except Conflict:
            assert view.sequence < len(self.log.events)
            return False
        return True

    def decide(self, view: Loaded[Job], decision: str, worker: str) -> Event | None:
        job = view.require()
        try:
            match decision:
                case "start":
                    return start_attempt(job, worker=worker, lease_seconds=30)
                case "complete":
                    return complete_attempt(job, {})
                case "fail":
                    return fail_attempt(job, PassingError("busy", "later"), now=NOON, jitter=0.5)
                case "break":
                    return fail_attempt(job, PermanentError("bad", "never"), now=NOON, jitter=0.5)
                case "release":
                    return release_job(job)
                case "lose":
                    return lose_worker(job, now=NOON)
                case _:
                    return confirm_cancel(job) if job.cancel_requested else None
        except Refused:
            return None

    @rule(worker=WORKERS)
    def look(self, worker: str) -> None:
        self.views[worker] = self.latest()

    @precondition(lambda self: self.views)
    @rule(
        data=st.data(),
        decision=st.sampled_from(["start", "complete", "fail", "break", "release", "lose", "confirm"]),
    )
    def act_on_what_was_seen(self, data: st.DataObject, decision: str) -> None:
        worker = data.draw(st.sampled_from(sorted(self.views)))
        self.append(self.views[worker], self.decide(self.views[worker], decision, worker))

    @rule()
    def cancel(self) -> None:
        view = self.latest()
        try:
            self.append(view, cancel_job(view.require()))
        except Refused:
            assert view.require().status in (JobStatus.COMPLETED, JobStatus.FAILED)

    @rule()
    def retry(self) -> None:
        view = self.latest()
        try:
            self.append(view, retry_job(view.require()))
        except Refused:
            assert view.require().status not in (JobStatus.FAILED, JobStatus.CANCELLED)

    @invariant()
    def nothing_but_a_retry_follows_an_end(self) -> None:
        names = [recorded.event.event_type for recorded in self.log.events]
        followers = {after for before, after in pairwise(names) if before in FINAL}
        assert followers <= {"job.queued"}

    @invariant()
    def a_cancel_request_is_never_followed_by_a_completion(self) -> None:
        names = [recorded.event.event_type for recorded in self.log.events]
        assert ("job.cancel_requested", "job.completed") not in pairwise(names)

    @invariant()
    def no_attempt_starts_while_another_runs(self) -> None:
        state: Loaded[Job] = unborn(JOB, "job_1")
        for recorded in self.log.events:
            if recorded.event.event_type == "job.started":
                assert state.require().status is JobStatus.PENDING
            state = advance(state, recorded)

    @invariant()
    def versions_have_no_hole(self) -> None:
        assert list(range(1, len(self.log.events) + 1)) == [recorded.subject.version for recorded in self.log.events]

    @invariant()
    def retries_and_lost_workers_stay_within_their_limits(self) -> None:
        job = self.latest().require()
        assert job.retry_count <= job.max_retries
        assert job.lost_count <= MAX_LOST_WORKERS

    @invariant()
    def a_finished_job_has_no_worker(self) -> None:
        job = self.latest().require()
        assert (job.status is JobStatus.RUNNING) == (job.worker is not None)
        assert job.status.is_final == (job.completed_at is not None)


TestJobMachine = JobMachine.TestCase
TestJobMachine.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
