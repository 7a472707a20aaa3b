"""What a job waits for, what goes first, and how long it may take, in words."""

from datetime import timedelta
from typing import Any

import pytest

from kinolog.catalog.domain.fairness import Head
from kinolog.catalog.domain.precedence import ahead_of, estimate, runnable_since, went_before
from kinolog.catalog.domain.waits import Surroundings, waits_of
from kinolog.catalog.domain.workload import Running, Settings, Workload
from kinolog.common.aggregates import Job, JobStatus
from kinolog.common.events.job import PickedBecause
from kinolog.common.testing.examples import NOON
from kinolog.common.worker.order import Turn
from kinolog.common.worker.progress import Presence

HOUR = timedelta(hours=1)


def a_job(job_id: str = "job_1", **changes: Any) -> Job:
    values: dict[str, Any] = {
        "id": job_id,
        "type": "trim",
        "queue": "render",
        "project_id": "prj",
        "input_data": {},
        "queued_sequence": 10,
        "queued_at": NOON,
        "correlation_id": "cor",
        "created_by": "user:test",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Job(**{**values, **changes})


def a_worker(**changes: Any) -> Presence:
    values: dict[str, Any] = {
        "id": "wrk",
        "service": "render",
        "queue": "render",
        "host": "here",
        "pid": 1,
        "slots": 2,
        "started_at": NOON,
        "at": NOON,
    }
    return Presence(**{**values, **changes})


def around(*others: Job, workers: tuple[Presence, ...] | None = None, workload: Workload | None = None) -> Surroundings:
    alive = (a_worker(),) if workers is None else workers
    return Surroundings({other.id: other for other in others}, alive, workload or Workload(), NOON)


def waits(job: Job, surroundings: Surroundings | None = None) -> list[tuple[str, str]]:
    return [(wait.kind.value, wait.detail) for wait in waits_of(job, surroundings or around())]


def test_a_job_that_nothing_holds_back_waits_for_its_turn() -> None:
    assert [("turn", "it starts as soon as it is its turn and a worker has room")] == waits(a_job())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": JobStatus.COMPLETED}, ("finished", "it is completed")),
        ({"status": JobStatus.FAILED, "error_message": "No."}, ("finished", "it is failed: No.")),
        (
            {"status": JobStatus.FAILED, "error_message": "No.", "retry_count": 3, "max_retries": 3},
            ("finished", "it is failed: No. (after 4 tries: retry it once the cause is gone)"),
        ),
        (
            {"status": JobStatus.FAILED, "error_message": "Gone.", "error_kind": "worker_lost"},
            ("finished", "it is failed: Gone. (see why its workers died, then retry it)"),
        ),
        ({"status": JobStatus.RUNNING, "attempt": 2, "worker": "wrk"}, ("running", "attempt 2 runs on wrk")),
        (
            {"not_before": NOON + HOUR, "attempt": 1, "error_message": "Busy."},
            ("time", "it is not begun before 2026-11-21T13:00:00+00:00, after attempt 1: Busy."),
        ),
    ],
)
def test_the_state_of_a_job_says_what_it_waits_for(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert [expected] == waits(a_job(**changes))


def test_each_unfinished_job_that_it_depends_on_is_named() -> None:
    others = [a_job("job_2", status=JobStatus.FAILED), a_job("job_3", status=JobStatus.COMPLETED)]
    job = a_job(is_waiting=True, depends_on=("job_2", "job_3", "job_4"))
    assert [
        ("dependency", "the trim job job_2 is failed: retry that job, or cancel this one"),
        ("dependency", "the job job_4 is not there (yet)"),
    ] == waits(job, around(*others))


def test_a_pause_a_limit_and_a_lack_of_workers_are_told_together() -> None:
    settings = Settings({"queue.render": {"is_paused": True}, "project.prj.share": {"max_running": 1}})
    workload = Workload((), [Running(queue="ingest", lane=0, project_id="prj", count=1)], settings)
    kinds = [kind for kind, _ in waits(a_job(), around(workers=(), workload=workload))]
    assert ["queue_paused", "project_limit", "no_worker"] == kinds


@pytest.mark.parametrize("changes", [{"is_draining": True}, {"queue": "ingest"}, {"job_types": ("burn",)}])
def test_a_worker_that_would_not_take_it_is_none(changes: dict[str, Any]) -> None:
    assert ["no_worker"] == [kind for kind, _ in waits(a_job(), around(workers=(a_worker(**changes),)))]


def test_workers_that_are_all_drained_are_named_and_not_called_dead() -> None:
    ((kind, detail),) = waits(a_job(), around(workers=(a_worker(is_draining=True),)))
    assert ("no_worker", True) == (kind, "undrain one of wrk" in detail)


def test_what_is_ahead_says_why() -> None:
    places = {
        "aged": (0, 20),
        "urgent": (9, 21),
        "earlier": (0, 5),
        "share": (0, 22),
        "job_1": (0, 10),
        "last": (0, 30),
    }
    heads = [
        Head(job_id=job_id, project_id="other", lane=lane, queued_sequence=sequence, since=NOON)
        for job_id, (lane, sequence) in places.items()
    ]
    turns = [
        Turn(
            job_id=head.job_id,
            queued_sequence=head.queued_sequence,
            because=PickedBecause.AGE if head.job_id == "aged" else PickedBecause.LANE,
        )
        for head in heads
    ]
    found = [(ahead.job_id, ahead.because.value) for ahead in ahead_of(a_job(), turns, heads)]
    assert [("aged", "age"), ("urgent", "lane"), ("earlier", "order"), ("share", "share")] == found


def test_what_went_before_says_why() -> None:
    others = [
        a_job("job_2", picked=PickedBecause.SHARE, queued_sequence=11),
        a_job("job_3", picked=PickedBecause.AGE),
        a_job("job_4", priority=99),
    ]
    assert ["share", "age", "lane"] == [each.because.value for each in went_before(a_job(), others)]


def test_a_job_may_start_from_its_time_on() -> None:
    assert NOON + HOUR == runnable_since(a_job(not_before=NOON + HOUR))


@pytest.mark.parametrize(("slots", "is_its_turn", "expected"), [(2, True, 12.0), (0, True, None), (2, False, None)])
def test_an_estimate_follows_from_the_middle_of_what_was_and_from_what_is_ahead(
    slots: int, is_its_turn: bool, expected: float | None
) -> None:
    found = estimate([1.0, 4.0, 90.0], ahead_count=6, slots=slots, is_its_turn=is_its_turn)
    assert found is not None
    assert (4.0, expected, 3) == (found.run_seconds, found.wait_seconds, found.based_on)


def test_without_any_completed_job_there_is_no_estimate() -> None:
    assert estimate([], ahead_count=1, slots=1, is_its_turn=True) is None


def test_a_job_that_asks_for_a_gpu_says_that_no_worker_has_one() -> None:
    kind, detail = waits(a_job(queue="render-gpu"))[0]
    assert "no_worker" == kind
    assert detail.startswith("no worker with a GPU is alive that takes trim jobs: start one on a machine with a GPU")


def test_a_worker_serves_all_queues_that_it_names() -> None:
    workers = (a_worker(queues=("render-gpu", "render"), gpu=("h264_nvenc",)),)
    kinds = [waits(a_job(queue=queue), around(workers=workers))[0][0] for queue in ("render-gpu", "render")]
    assert ["turn", "turn"] == kinds
