"""The worker runtime on the log in memory: what becomes of a job, whatever its handler or its worker does."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from harness.workplace import LEASE_SECONDS, OUTPUT, Endless, Workplace, failing, trim

from kinolog.common.aggregates import VIDEO, JobStatus
from kinolog.common.aggregates.job_decisions import cancel_job, start_attempt
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.log import load
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import submitted
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.held import Held
from kinolog.common.worker.memory import MemoryQueue
from kinolog.common.worker.outcome import Done, Ended
from kinolog.common.worker.progress import Heartbeat, Presence
from kinolog.common.worker.queue import Delivery
from kinolog.common.worker.runner import Runner


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


async def test_a_job_is_done_and_what_it_made_appears_with_its_completion(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    async with workplace.working(trim):
        job = await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert job.output_data is not None
    assert "clip" == (await load(workplace.log, VIDEO, job.output_data["video_id"])).require().title


async def test_what_a_worker_appends_ends_with_its_service(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    async with workplace.working(trim):
        await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert [("render", "0"), ("render",), ("render",)] == [
        e.subject.suffix for e in await workplace.log.read("job", job_id)
    ]


async def test_a_job_that_was_done_before_is_not_done_again(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    async with workplace.working(trim):
        await workplace.reaches(job_id, JobStatus.COMPLETED)
    workplace.queue = MemoryQueue(workplace.log, "render", LEASE_SECONDS)
    async with workplace.working(trim):
        await eventually(lambda: not workplace.queue.waiting and workplace.queue._seen)
    assert ["job.queued", "job.started", "job.completed"] == await workplace.types(job_id)


async def test_a_permanent_error_fails_the_job_at_once(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    async with workplace.working(failing(PermanentError("media_unsupported", "It is not a film"))):
        job = await workplace.reaches(job_id, JobStatus.FAILED)
    assert ("media_unsupported", "It is not a film", 1) == (job.error_kind, job.error_message, job.attempt)


async def test_a_passing_error_is_tried_again_until_the_retries_are_used_up(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, max_retries=2)
    async with workplace.working(failing(PassingError("busy", "Not now", retry_in_seconds=0.01))):
        job = await workplace.reaches(job_id, JobStatus.FAILED)
    assert (3, 2) == (job.attempt, job.retry_count)


async def test_the_log_says_when_a_failed_attempt_is_tried_again(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    async with workplace.working(failing(PassingError("busy", "Not now"))):
        await eventually(lambda: _failed_attempts(workplace, job_id))
    job = await workplace.job(job_id)
    assert JobStatus.PENDING is job.status
    assert job.not_before is not None
    assert timedelta(seconds=3) < job.not_before - job.updated_at <= timedelta(seconds=5)


async def _failed_attempts(workplace: Workplace, job_id: str) -> int:
    return (await workplace.types(job_id)).count("job.attempt_failed")


async def test_a_bug_in_a_handler_fails_the_attempt_and_not_the_worker(workplace: Workplace) -> None:
    broken, next_job = await submitted(workplace.log, max_retries=0), await submitted(workplace.log)
    handlers: list[Handler] = [failing(ZeroDivisionError("oops")), trim]

    async def first_breaks(job: TrimInput, ctx: JobContext) -> TrimOutput:
        return await handlers.pop(0)(job, ctx)  # type: ignore[return-value]

    async with workplace.working(first_breaks):
        await workplace.reaches(next_job, JobStatus.COMPLETED)
    assert "internal_error" == (await workplace.job(broken)).error_kind


async def test_input_that_does_not_fit_the_type_fails_the_job(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, input_data={"start_time": 5, "end_time": 1})
    async with workplace.working(trim):
        assert "invalid_input" == (await workplace.reaches(job_id, JobStatus.FAILED)).error_kind


async def test_output_that_is_too_large_for_the_log_fails_the_job(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)

    async def boastful(job: TrimInput, ctx: JobContext) -> TrimOutput:
        return OUTPUT.model_copy(update={"video_id": "x" * 300_000})

    async with workplace.working(boastful):
        assert "output_refused" == (await workplace.reaches(job_id, JobStatus.FAILED)).error_kind


async def test_a_worker_without_a_place_to_work_goes_on_and_tries_again_later(workplace: Workplace) -> None:
    workplace.folder = workplace.folder / "file" / "below-a-file"
    workplace.folder.parent.write_text("not a folder")
    job_id = await submitted(workplace.log)
    async with workplace.working(Endless()):
        await eventually(lambda: _failed_attempts(workplace, job_id))
    assert "no_work_folder" == (await workplace.job(job_id)).error_kind


async def test_cancelling_a_running_job_stops_its_handler(workplace: Workplace) -> None:
    job_id, endless = await submitted(workplace.log), Endless()
    async with workplace.working(endless):
        await endless.started.wait()
        await workplace.decide(job_id, cancel_job)
        await workplace.reaches(job_id, JobStatus.CANCELLED)
    assert endless.stopped.is_set()
    assert endless.workdir is not None
    assert not endless.workdir.exists()


async def test_a_stopping_worker_hands_its_job_back_without_costing_a_retry(workplace: Workplace) -> None:
    job_id, endless = await submitted(workplace.log), Endless()
    async with workplace.working(endless):
        await endless.started.wait()
    job = await workplace.job(job_id)
    assert (JobStatus.PENDING, 0) == (job.status, job.retry_count)
    async with workplace.working(trim):
        assert 0 == (await workplace.reaches(job_id, JobStatus.COMPLETED)).retry_count


async def test_a_stopping_worker_lets_a_short_job_finish(workplace: Workplace) -> None:
    job_id, started = await submitted(workplace.log), asyncio.Event()

    async def short(job: TrimInput, ctx: JobContext) -> TrimOutput:
        started.set()
        await asyncio.sleep(0.01)
        return OUTPUT

    async with workplace.working(short):
        await started.wait()
    assert JobStatus.COMPLETED is (await workplace.job(job_id)).status


async def test_the_job_of_a_vanished_worker_is_run_by_another(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    await workplace.decide(job_id, lambda job: start_attempt(job, worker="wrk_gone", lease_seconds=LEASE_SECONDS))
    async with workplace.working(trim):
        job = await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert (2, 0, 1) == (job.attempt, job.retry_count, job.lost_count)


async def test_what_a_vanished_worker_left_in_its_folder_is_removed(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    await workplace.decide(job_id, lambda job: start_attempt(job, worker="wrk_gone", lease_seconds=LEASE_SECONDS))
    leftover = workplace.folder / f"{job_id}-1"
    leftover.mkdir()
    async with workplace.working(trim):
        await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert not leftover.exists()


async def test_a_worker_that_lost_its_job_drops_what_it_made(workplace: Workplace) -> None:
    job_id, made, go_on = await submitted(workplace.log), asyncio.Event(), asyncio.Event()

    async def slow(job: TrimInput, ctx: JobContext) -> TrimOutput:
        made.set()
        await go_on.wait()
        return await trim(job, ctx)

    runner = workplace.runner(slow)
    first = (await workplace.queue.take(1, asyncio.Event()))[0]
    held = await runner.claims.claim(first)
    assert held is not None
    paused = asyncio.create_task(_work_without_watching(runner, held, first))
    await made.wait()
    async with workplace.working(trim):
        await workplace.reaches(job_id, JobStatus.COMPLETED)
        go_on.set()
        await paused
    assert 1 == sum(type_ == "video.registered" for type_ in await _all_types(workplace))


async def _work_without_watching(runner: Runner, held: Held, delivery: Delivery) -> None:
    """As a worker does that the kernel has paused: no heartbeat, no look into the log, then it goes on."""
    context = JobContext(
        held.job,
        service="render",
        log=runner.claims.log,
        blobs=runner.attempts.blobs,
        workdir=runner.attempts.settings.work_dir,
        on_progress=lambda _: None,
    )

    output = await runner.attempts.handlers["trim"](TrimInput(**held.job.input_data), context)
    assert await runner.settlements.settle(held, Ended(Done(output, context.changes)), delivery) is None


async def _all_types(workplace: Workplace) -> list[str]:
    batch = await workplace.log.scan(0, 1_000)
    return [entry.event.event_type for entry in batch.entries]  # type: ignore[union-attr]


async def test_no_more_jobs_run_at_once_than_there_are_slots(workplace: Workplace) -> None:
    for _ in range(3):
        await submitted(workplace.log)
    running: set[str] = set()
    most = 0

    async def counted(job: TrimInput, ctx: JobContext) -> TrimOutput:
        nonlocal most
        running.add(ctx.job.id)
        most = max(most, len(running))
        await asyncio.sleep(0.01)
        running.discard(ctx.job.id)
        return OUTPUT

    async with workplace.working(counted, slots=2):
        await eventually(lambda: _all_completed(workplace, 3))
    assert 2 == most


async def _all_completed(workplace: Workplace, count: int) -> bool:
    return (await _all_types(workplace)).count("job.completed") == count


async def test_a_job_of_a_type_that_the_worker_does_not_know_is_left_for_a_newer_one(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, type="from-the-future")
    async with workplace.working(trim):
        await eventually(lambda: any(d.available_at > 0 for d in workplace.queue.waiting.values()))
    assert ["job.queued"] == await workplace.types(job_id)


async def test_progress_and_presence_are_on_the_board(workplace: Workplace) -> None:
    job_id, endless = await submitted(workplace.log), Endless()

    async def telling(job: TrimInput, ctx: JobContext) -> TrimOutput:
        ctx.progress("encode", 42.0, speed=3.0)
        return await endless(job, ctx)

    async with workplace.working(telling):
        beat = await eventually(lambda: _beat_in(workplace, job_id, "encode"))
        worker = await eventually(lambda: _worker_with(workplace, job_id))
    assert (42.0, ("trim",)) == (beat.percent, worker.job_types)


async def _beat_in(workplace: Workplace, job_id: str, phase: str) -> Heartbeat | None:
    beat = await workplace.board.last_beat(job_id)
    return beat if beat is not None and beat.phase == phase else None


async def _worker_with(workplace: Workplace, job_id: str) -> Presence | None:
    return next((worker for worker in await workplace.board.workers() if job_id in worker.running), None)
