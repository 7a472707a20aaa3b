"""Given events, when somebody asks for something, then these events follow, or a refusal."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.base import fold
from kinolog.common.aggregates.job_decisions import (
    backoff_seconds,
    cancel_job,
    complete_attempt,
    fail_attempt,
    lose_worker,
    release_job,
    retry_job,
    start_attempt,
    submit_job,
)
from kinolog.common.errors import PassingError, PermanentError, Refused
from kinolog.common.events import Event, Metadata, RecordedEvent
from kinolog.common.events.job import (
    JobAttemptFailed,
    JobCancelled,
    JobCancelRequested,
    JobCompleted,
    JobFailed,
    JobQueued,
    JobStarted,
    QueuedBecause,
)
from kinolog.common.subjects import EventSubject
from kinolog.common.testing.examples import NOON, a_submission

SUBMITTED = submit_job(a_submission(priority=7))
STARTED = JobStarted(attempt=1, worker="wrk_1", lease_seconds=30)
FAILED_ONCE = JobAttemptFailed(attempt=1, kind="busy", message="later", retry_at=NOON)
COMPLETED = JobCompleted(attempt=1, output_data={})
FAILED = JobFailed(attempt=1, kind="bad", message="never")


def given_events(*events: Event) -> Job:
    recorded = [
        RecordedEvent(
            sequence=number,
            subject=EventSubject("job", "job_1", number, event.event_type),
            event=event,
            metadata=Metadata(
                event_id=f"evt_{number}",
                occurred_at=NOON + timedelta(seconds=number),
                source="test",
                actor="user:test",
                correlation_id="c",
            ),
        )
        for number, event in enumerate(events, start=1)
    ]
    return fold(JOB, "job_1", recorded).require()


def test_a_submitted_job_is_pending_with_all_that_was_asked_for() -> None:
    job = given_events(SUBMITTED)
    assert (JobStatus.PENDING, "trim", 7, "user:test") == (job.status, job.type, job.priority, job.created_by)


def test_a_submitted_job_is_as_if_its_fields_had_been_validated_one_by_one() -> None:
    job = given_events(SUBMITTED)
    assert list(Job(**dict(job)).__dict__.items()) == list(job.__dict__.items())


@pytest.mark.parametrize(("priority", "lane"), [(-5, 0), (0, 0), (7, 7), (10, 10), (2**62, 10)])
def test_a_priority_beyond_the_lanes_saturates(priority: int, lane: int) -> None:
    queued = submit_job(a_submission(priority=priority))
    assert isinstance(queued, JobQueued)
    assert lane == queued.lane


def test_a_started_job_runs_under_the_sequence_of_its_start() -> None:
    job = given_events(SUBMITTED, STARTED)
    assert (JobStatus.RUNNING, 2, "wrk_1", 1) == (job.status, job.started_sequence, job.worker, job.attempt)


def test_a_running_job_is_not_started_again() -> None:
    with pytest.raises(Refused, match="is running"):
        start_attempt(given_events(SUBMITTED, STARTED), worker="wrk_2", lease_seconds=30)


def test_a_job_with_a_cancel_request_is_not_completed() -> None:
    with pytest.raises(Refused, match="cancelled"):
        complete_attempt(given_events(SUBMITTED, STARTED, JobCancelRequested()), {})


def test_a_passing_error_is_followed_by_another_attempt() -> None:
    event = fail_attempt(given_events(SUBMITTED, STARTED), PassingError("busy", "later"), now=NOON, jitter=0)
    assert JobAttemptFailed(attempt=1, kind="busy", message="later", retry_at=NOON + timedelta(seconds=5)) == event


def test_a_permanent_error_ends_the_job() -> None:
    event = fail_attempt(given_events(SUBMITTED, STARTED), PermanentError("bad", "never"), now=NOON, jitter=0)
    assert FAILED == event


def test_a_failure_after_a_cancel_request_is_a_cancellation() -> None:
    job = given_events(SUBMITTED, STARTED, JobCancelRequested())
    assert JobCancelled() == fail_attempt(job, PassingError("busy", "later"), now=NOON, jitter=0)


def test_a_lost_worker_costs_no_retry() -> None:
    event = lose_worker(given_events(SUBMITTED, STARTED), now=NOON)
    job = given_events(SUBMITTED, STARTED, event)
    assert (JobStatus.PENDING, 0, 1) == (job.status, job.retry_count, job.lost_count)


def test_a_job_that_kills_its_workers_fails_in_the_end() -> None:
    events: list[Event] = [SUBMITTED]
    for _ in range(3):
        events += [STARTED, lose_worker(given_events(*events, STARTED), now=NOON)]
    assert isinstance(lose_worker(given_events(*events, STARTED), now=NOON), JobFailed)


def test_cancelling_a_pending_job_ends_it() -> None:
    assert JobCancelled(reason="wrong film") == cancel_job(given_events(SUBMITTED), reason="wrong film")


def test_cancelling_a_running_job_asks_its_worker() -> None:
    assert JobCancelRequested() == cancel_job(given_events(SUBMITTED, STARTED))


@pytest.mark.parametrize(
    "events", [(STARTED, JobCancelRequested()), (JobCancelled(),)], ids=["asked already", "cancelled already"]
)
def test_cancelling_twice_changes_nothing(events: tuple[Event, ...]) -> None:
    assert cancel_job(given_events(SUBMITTED, *events)) is None


@pytest.mark.parametrize("end", [COMPLETED, FAILED])
def test_a_finished_job_cannot_be_cancelled(end: Event) -> None:
    with pytest.raises(Refused, match="already"):
        cancel_job(given_events(SUBMITTED, STARTED, end))


def test_a_retried_job_starts_with_a_clean_slate() -> None:
    job = given_events(SUBMITTED, STARTED, FAILED_ONCE, STARTED, FAILED, retry_job(given_events(SUBMITTED, FAILED)))
    assert (JobStatus.PENDING, 0, None, None) == (job.status, job.retry_count, job.error_message, job.completed_at)


@pytest.mark.parametrize("events", [(), (STARTED,), (STARTED, COMPLETED)], ids=["pending", "running", "completed"])
def test_only_failed_and_cancelled_jobs_are_retried(events: tuple[Event, ...]) -> None:
    with pytest.raises(Refused, match="only failed or cancelled"):
        retry_job(given_events(SUBMITTED, *events))


def test_a_released_job_keeps_its_lane_and_its_retries() -> None:
    event = release_job(given_events(SUBMITTED, STARTED))
    assert JobQueued(queue="render", lane=7, because=QueuedBecause.RELEASED) == event
    assert 0 == given_events(SUBMITTED, STARTED, event).retry_count


def test_a_completed_job_carries_its_output_and_no_error() -> None:
    job = given_events(SUBMITTED, STARTED, FAILED_ONCE, STARTED, JobCompleted(attempt=2, output_data={"a": 1}))
    assert ({"a": 1}, 100, None) == (job.output_data, job.progress, job.error_message)


@given(failures=st.integers(0, 50), jitter=st.floats(0, 1))
def test_backoff_stays_between_four_seconds_and_a_quarter_of_an_hour(failures: int, jitter: float) -> None:
    assert 4 <= backoff_seconds(failures, jitter) <= 900
