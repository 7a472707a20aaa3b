"""Long films that several workers make together, with the real runtime on the log in memory, and real ffmpeg."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.job_decisions import cancel_job, start_attempt
from kinolog.common.clock import system_clock
from kinolog.common.errors import PermanentError, Snooze
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobQueued
from kinolog.common.jobs import SegmentInput, SegmentOutput, TranscodeInput, TranscodeOutput
from kinolog.common.log import load
from kinolog.common.testing import eventually
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.examples import ORIGIN, submitted
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.memory import MemoryBoard, MemoryQueue
from kinolog.common.worker.progress import Presence
from kinolog.common.worker.runner import build_runner
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

SEGMENT = "render_segment"


@dataclass
class Hall:
    """Workers of the render service, beside a workshop."""

    workshop: Workshop
    board: MemoryBoard = field(default_factory=MemoryBoard)

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.workshop.log, "render", lease_seconds=20)

    @asynccontextmanager
    async def workers(self, count: int) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for _ in range(count):
                await stack.enter_async_context(self.worker())
            yield

    @asynccontextmanager
    async def worker(self, **instead: Handler) -> AsyncIterator[None]:
        """One that handles some types of job in another way."""
        settings = RenderSettings(
            work_dir=self.workshop.folder / "work",
            long_film_seconds=2,
            segment_seconds=1,
            segment_look_seconds=0.05,
            cancel_poll_seconds=0.05,
            progress_interval_seconds=0.05,
            finish_grace_seconds=0.05,
        )
        identity, log, blobs = Identity("render", "render"), self.workshop.log, self.workshop.blobs
        handlers, stopping = {**wiring.handlers(settings), **instead}, asyncio.Event()
        runner = build_runner(identity, self.queue, log, self.board, blobs, handlers, settings, slots=1)
        running = asyncio.create_task(runner.run(stopping))
        try:
            yield
        finally:
            stopping.set()
            await running

    async def film(self, media: Path, name: str, seconds: float) -> str:
        """The id of a job that makes a long film of so many seconds anew."""
        video_id = await self.workshop.add_video(make_clip(media, name, seconds=seconds))
        return await submitted(self.workshop.log, type="transcode", input_data={}, video_id=video_id, priority=7)

    async def job(self, job_id: str) -> Job:
        return (await load(self.workshop.log, JOB, job_id)).require()

    async def ends(self, job_id: str) -> Job:
        async def ended() -> Job | None:
            job = await self.job(job_id)
            return job if job.status.is_final else None

        return await eventually(ended, within=60)

    async def segments(self) -> list[Job]:
        """The jobs that were submitted for segments."""
        entries = (await self.workshop.log.scan(0, 10_000)).entries
        queued = [each for each in entries if isinstance(each, RecordedEvent) and isinstance(each.event, JobQueued)]
        jobs = [await self.job(each.subject.id) for each in queued]
        return [job for job in jobs if job.type == SEGMENT]


@pytest.fixture
def hall(workshop: Workshop) -> Hall:
    return Hall(workshop)


def absent(**changes: object) -> Presence:
    """A worker that says that it is free, and never comes."""
    now = system_clock() + timedelta(hours=1)
    known = {"id": "wrk_absent", "service": "render", "queue": "render", "host": "far", "pid": 1, "slots": 2}
    return Presence.model_validate({**known, "job_types": (SEGMENT,), "started_at": now, "at": now, **changes})


async def test_two_workers_make_one_film(hall: Hall, media: Path) -> None:
    job_id = await hall.film(media, "shared.mp4", 6)
    async with hall.workers(2):
        job = await hall.ends(job_id)
    parent, helped = await hall.job(job_id), await hall.segments()
    assert (JobStatus.COMPLETED, JobStatus.COMPLETED) == (job.status, helped[0].status)
    assert {(7, parent.project_id, parent.correlation_id)} == {
        (each.priority, each.project_id, each.correlation_id) for each in helped
    }


async def test_a_worker_alone_finishes_though_nobody_begins_what_it_has_lent(hall: Hall, media: Path) -> None:
    await hall.board.announce(absent())
    job_id = await hall.film(media, "alone.mp4", 4)
    async with hall.workers(1):
        job = await hall.ends(job_id)
    assert (JobStatus.COMPLETED, {JobStatus.CANCELLED}) == (job.status, {each.status for each in await hall.segments()})


async def test_segments_end_with_the_film_that_is_cancelled(hall: Hall, media: Path) -> None:
    job_id = await hall.film(media, "cancelled.mp4", 20)
    async with hall.workers(2):
        await eventually(lambda: begun(hall), within=30)
        loaded = await load(hall.workshop.log, JOB, job_id)
        event = cancel_job(loaded.require())
        assert event is not None
        await hall.workshop.log.append(loaded.changes(event), ORIGIN)
        ends = [(await hall.ends(each)).status for each in (job_id, *[job.id for job in await hall.segments()])]
    assert {JobStatus.CANCELLED} == {ends[0], ends[-1]}


async def begun(hall: Hall) -> bool:
    return any(job.status is JobStatus.RUNNING for job in await hall.segments())


async def failing(job: SegmentInput, ctx: JobContext) -> SegmentOutput:
    raise PermanentError("media_corrupt", "It cannot be read here")


async def waiting(job: TranscodeInput, ctx: JobContext) -> TranscodeOutput:
    raise Snooze(0.05, "Not here")


async def test_what_fails_elsewhere_is_made_here(hall: Hall, media: Path) -> None:
    job_id = await hall.film(media, "failing.mp4", 4)
    async with hall.worker(), hall.worker(transcode=waiting, render_segment=failing):
        job = await hall.ends(job_id)
    assert (JobStatus.COMPLETED, JobStatus.FAILED) == (job.status, (await hall.segments())[0].status)


async def test_a_segment_whose_worker_is_gone_is_made_here(hall: Hall, media: Path) -> None:
    await hall.board.announce(absent())
    job_id = await hall.film(media, "gone.mp4", 4)
    async with hall.worker():
        lent = (await eventually(hall.segments, within=30))[0]
        loaded = await load(hall.workshop.log, JOB, lent.id)
        began = start_attempt(loaded.require(), worker="wrk_absent", lease_seconds=0.1)
        await hall.workshop.log.append(loaded.changes(began), ORIGIN)
        job = await hall.ends(job_id)
    assert (JobStatus.COMPLETED, True) == (job.status, (await hall.job(lent.id)).cancel_requested)
