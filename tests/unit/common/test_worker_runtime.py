"""The worker runtime on the log in memory: what becomes of a job, whatever its handler or its worker does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from kinolog.common.aggregates import JOB, VIDEO, Job, JobStatus
from kinolog.common.aggregates.job_decisions import cancel_job, start_attempt
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.settings import WorkerSettings
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import ORIGIN, a_video, submitted
from kinolog.common.worker.attempt import Attempts, Done, Handler
from kinolog.common.worker.claim import Claims
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.memory import MemoryBoard, MemoryQueue
from kinolog.common.worker.progress import Heartbeat
from kinolog.common.worker.queue import Delivery
from kinolog.common.worker.runner import Runner
from kinolog.common.worker.settle import Settlements

OUTPUT = TrimOutput(video_id="vid_x", start_time=0, end_time=1, frame_count=30)
LEASE_SECONDS = 0.3


async def trim(job: TrimInput, ctx: JobContext) -> TrimOutput:
    return OUTPUT.model_copy(update={"video_id": ctx.create(VIDEO, a_video(title="clip"))})


def failing(error: Exception) -> Handler:
    async def handler(job: TrimInput, ctx: JobContext) -> TrimOutput:
        raise error

    return handler


@dataclass
class Endless:
    """A handler that works until it is stopped, and says so."""

    started: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    workdir: Path | None = None

    async def __call__(self, job: TrimInput, ctx: JobContext) -> TrimOutput:
        self.workdir = ctx.workdir
        (ctx.workdir / "half-made").write_text("half")
        self.started.set()
        try:
            return await asyncio.Future[TrimOutput]()
        finally:
            self.stopped.set()


@dataclass
class Platform:
    folder: Path
    log: MemoryLog = field(default_factory=MemoryLog)
    board: MemoryBoard = field(default_factory=MemoryBoard)

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.log, "render", LEASE_SECONDS)

    def runner(self, handler: Handler, slots: int = 1) -> Runner:
        identity = Identity("render", "render")
        settings = WorkerSettings(
            work_dir=self.folder, lease_seconds=LEASE_SECONDS, cancel_poll_seconds=0.01, finish_grace_seconds=0.05
        )
        return Runner(
            queue=self.queue,
            board=self.board,
            claims=Claims(self.log, self.board, identity, LEASE_SECONDS, frozenset({"trim"})),
            attempts=Attempts(identity, self.log, self.board, BlobStore.open("memory://"), {"trim": handler}, settings),
            settlements=Settlements(self.log, identity),
            slots=slots,
        )

    @asynccontextmanager
    async def working(self, handler: Handler, slots: int = 1) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        running = asyncio.create_task(self.runner(handler, slots).run(stopping))
        try:
            yield
        finally:
            stopping.set()
            await running

    async def job(self, job_id: str) -> Job:
        return (await load(self.log, JOB, job_id)).require()

    async def reaches(self, job_id: str, status: JobStatus) -> Job:
        async def there() -> Job | None:
            job = await self.job(job_id)
            return job if job.status is status else None

        return await eventually(there)

    async def types(self, job_id: str) -> list[str]:
        return [recorded.event.event_type for recorded in await self.log.read("job", job_id)]

    async def decide(self, job_id: str, decision: Callable[[Job], object]) -> None:
        loaded = await load(self.log, JOB, job_id)
        await self.log.append(loaded.changes(decision(loaded.require())), ORIGIN)  # type: ignore[arg-type]


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


async def test_a_job_is_done_and_what_it_made_appears_with_its_completion(platform: Platform) -> None:
    job_id = await submitted(platform.log)
    async with platform.working(trim):
        job = await platform.reaches(job_id, JobStatus.COMPLETED)
    assert job.output_data is not None
    assert "clip" == (await load(platform.log, VIDEO, job.output_data["video_id"])).require().title


async def test_what_a_worker_appends_ends_with_its_service(platform: Platform) -> None:
    job_id = await submitted(platform.log)
    async with platform.working(trim):
        await platform.reaches(job_id, JobStatus.COMPLETED)
    assert [("render", "0"), ("render",), ("render",)] == [
        e.subject.suffix for e in await platform.log.read("job", job_id)
    ]


async def test_a_job_that_was_done_before_is_not_done_again(platform: Platform) -> None:
    job_id = await submitted(platform.log)
    async with platform.working(trim):
        await platform.reaches(job_id, JobStatus.COMPLETED)
    platform.queue = MemoryQueue(platform.log, "render", LEASE_SECONDS)
    async with platform.working(trim):
        await eventually(lambda: not platform.queue.waiting and platform.queue._seen)
    assert ["job.queued", "job.started", "job.completed"] == await platform.types(job_id)


async def test_a_permanent_error_fails_the_job_at_once(platform: Platform) -> None:
    job_id = await submitted(platform.log)
    async with platform.working(failing(PermanentError("media_unsupported", "It is not a film"))):
        job = await platform.reaches(job_id, JobStatus.FAILED)
    assert ("media_unsupported", "It is not a film", 1) == (job.error_kind, job.error_message, job.attempt)


async def test_a_passing_error_is_tried_again_until_the_retries_are_used_up(platform: Platform) -> None:
    job_id = await submitted(platform.log, max_retries=2)
    async with platform.working(failing(PassingError("busy", "Not now", retry_in_seconds=0.01))):
        job = await platform.reaches(job_id, JobStatus.FAILED)
    assert (3, 2) == (job.attempt, job.retry_count)


async def test_the_log_says_when_a_failed_attempt_is_tried_again(platform: Platform) -> None:
    job_id = await submitted(platform.log)
    async with platform.working(failing(PassingError("busy", "Not now"))):
        await eventually(lambda: _failed_attempts(platform, job_id))
    job = await platform.job(job_id)
    assert JobStatus.PENDING is job.status
    assert job.not_before is not None
    assert timedelta(seconds=3) < job.not_before - job.updated_at <= timedelta(seconds=5)


async def _failed_attempts(platform: Platform, job_id: str) -> int:
    return (await platform.types(job_id)).count("job.attempt_failed")


async def test_a_bug_in_a_handler_fails_the_attempt_and_not_the_worker(platform: Platform) -> None:
    broken, next_job = await submitted(platform.log, max_retries=0), await submitted(platform.log)
    handlers: list[Handler] = [failing(ZeroDivisionError("oops")), trim]

    async def first_breaks(job: TrimInput, ctx: JobContext) -> TrimOutput:
        return await handlers.pop(0)(job, ctx)  # type: ignore[return-value]

    async with platform.working(first_breaks):
        await platform.reaches(next_job, JobStatus.COMPLETED)
    assert "internal_error" == (await platform.job(broken)).error_kind


async def test_input_that_does_not_fit_the_type_fails_the_job(platform: Platform) -> None:
    job_id = await submitted(platform.log, input_data={"start_time": 5, "end_time": 1})
    async with platform.working(trim):
        assert "invalid_input" == (await platform.reaches(job_id, JobStatus.FAILED)).error_kind


async def test_output_that_is_too_large_for_the_log_fails_the_job(platform: Platform) -> None:
    job_id = await submitted(platform.log)

    async def boastful(job: TrimInput, ctx: JobContext) -> TrimOutput:
        return OUTPUT.model_copy(update={"video_id": "x" * 300_000})

    async with platform.working(boastful):
        assert "output_refused" == (await platform.reaches(job_id, JobStatus.FAILED)).error_kind


async def test_a_worker_without_a_place_to_work_goes_on_and_tries_again_later(platform: Platform) -> None:
    platform.folder = platform.folder / "file" / "below-a-file"
    platform.folder.parent.write_text("not a folder")
    job_id = await submitted(platform.log)
    async with platform.working(trim):
        await eventually(lambda: _failed_attempts(platform, job_id))
    assert "no_work_folder" == (await platform.job(job_id)).error_kind


async def test_cancelling_a_running_job_stops_its_handler(platform: Platform) -> None:
    job_id, endless = await submitted(platform.log), Endless()
    async with platform.working(endless):
        await endless.started.wait()
        await platform.decide(job_id, cancel_job)
        await platform.reaches(job_id, JobStatus.CANCELLED)
    assert endless.stopped.is_set()
    assert endless.workdir is not None
    assert not endless.workdir.exists()


async def test_a_stopping_worker_hands_its_job_back_without_costing_a_retry(platform: Platform) -> None:
    job_id, endless = await submitted(platform.log), Endless()
    async with platform.working(endless):
        await endless.started.wait()
    job = await platform.job(job_id)
    assert (JobStatus.PENDING, 0) == (job.status, job.retry_count)
    async with platform.working(trim):
        assert 0 == (await platform.reaches(job_id, JobStatus.COMPLETED)).retry_count


async def test_a_stopping_worker_lets_a_short_job_finish(platform: Platform) -> None:
    job_id, started = await submitted(platform.log), asyncio.Event()

    async def short(job: TrimInput, ctx: JobContext) -> TrimOutput:
        started.set()
        await asyncio.sleep(0.01)
        return OUTPUT

    async with platform.working(short):
        await started.wait()
    assert JobStatus.COMPLETED is (await platform.job(job_id)).status


async def test_the_job_of_a_vanished_worker_is_run_by_another(platform: Platform) -> None:
    job_id = await submitted(platform.log)
    await platform.decide(job_id, lambda job: start_attempt(job, worker="wrk_gone", lease_seconds=LEASE_SECONDS))
    async with platform.working(trim):
        job = await platform.reaches(job_id, JobStatus.COMPLETED)
    assert (2, 0, 1) == (job.attempt, job.retry_count, job.lost_count)


async def test_what_a_vanished_worker_left_in_its_folder_is_removed(platform: Platform) -> None:
    job_id = await submitted(platform.log)
    leftover = platform.folder / f"{job_id}-1"
    leftover.mkdir()
    async with platform.working(trim):
        await platform.reaches(job_id, JobStatus.COMPLETED)
    assert not leftover.exists()


async def test_a_worker_that_lost_its_job_drops_what_it_made(platform: Platform) -> None:
    job_id, made, go_on = await submitted(platform.log), asyncio.Event(), asyncio.Event()

    async def slow(job: TrimInput, ctx: JobContext) -> TrimOutput:
        made.set()
        await go_on.wait()
        return await trim(job, ctx)

    runner = platform.runner(slow)
    first = await platform.queue.next(asyncio.Event())
    assert first is not None
    job = await runner.claims.claim(first)
    assert job is not None
    paused = asyncio.create_task(_work_without_watching(runner, job, first))
    await made.wait()
    async with platform.working(trim):
        await platform.reaches(job_id, JobStatus.COMPLETED)
        go_on.set()
        await paused
    assert 1 == sum(type_ == "video.registered" for type_ in await _all_types(platform))


async def _work_without_watching(runner: Runner, job: Job, delivery: Delivery) -> None:
    """As a worker does that the kernel has paused: no heartbeat, no look into the log, then it goes on."""
    context = JobContext(
        job,
        service="render",
        log=runner.claims.log,
        blobs=runner.attempts.blobs,
        workdir=runner.attempts.settings.work_dir,
        on_progress=lambda _: None,
    )

    output = await runner.attempts.handlers["trim"](TrimInput(**job.input_data), context)
    assert await runner.settlements.settle(job, Done(output, context.changes), delivery) is None


async def _all_types(platform: Platform) -> list[str]:
    batch = await platform.log.scan(0, 1_000)
    return [entry.event.event_type for entry in batch.entries]  # type: ignore[union-attr]


async def test_no_more_jobs_run_at_once_than_there_are_slots(platform: Platform) -> None:
    for _ in range(3):
        await submitted(platform.log)
    running: set[str] = set()
    most = 0

    async def counted(job: TrimInput, ctx: JobContext) -> TrimOutput:
        nonlocal most
        running.add(ctx.job.id)
        most = max(most, len(running))
        await asyncio.sleep(0.01)
        running.discard(ctx.job.id)
        return OUTPUT

    async with platform.working(counted, slots=2):
        await eventually(lambda: _all_completed(platform, 3))
    assert 2 == most


async def _all_completed(platform: Platform, count: int) -> bool:
    return (await _all_types(platform)).count("job.completed") == count


async def test_a_job_of_a_type_that_the_worker_does_not_know_is_left_for_a_newer_one(platform: Platform) -> None:
    job_id = await submitted(platform.log, type="from-the-future")
    async with platform.working(trim):
        await eventually(lambda: any(d.available_at > 0 for d in platform.queue.waiting.values()))
    assert ["job.queued"] == await platform.types(job_id)


async def test_progress_and_presence_are_on_the_board(platform: Platform) -> None:
    job_id, endless = await submitted(platform.log), Endless()

    async def telling(job: TrimInput, ctx: JobContext) -> TrimOutput:
        ctx.progress("encode", 42.0, speed=3.0)
        return await endless(job, ctx)

    async with platform.working(telling):
        beat = await eventually(lambda: _beat_in(platform, job_id, "encode"))
        workers = await platform.board.workers()
    assert (42.0, [(job_id,)]) == (beat.percent, [worker.running for worker in workers])


async def _beat_in(platform: Platform, job_id: str, phase: str) -> Heartbeat | None:
    beat = await platform.board.last_beat(job_id)
    return beat if beat is not None and beat.phase == phase else None
