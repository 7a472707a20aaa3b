"""A worker and its surroundings in memory: the real runtime on the log's double, for tests of the engine's rules."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kinolog.common.aggregates import JOB, VIDEO, Job, JobStatus
from kinolog.common.blobs import BlobStore
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.settings import WorkerSettings
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import ORIGIN, a_video
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.memory import MemoryBoard, MemoryQueue
from kinolog.common.worker.runner import Runner, build_runner

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
class Workplace:
    folder: Path
    log: MemoryLog = field(default_factory=MemoryLog)
    board: MemoryBoard = field(default_factory=MemoryBoard)

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.log, "render", LEASE_SECONDS)

    def runner(self, handler: Handler, slots: int = 1, **changes: float) -> Runner:
        settings = WorkerSettings(
            work_dir=self.folder,
            lease_seconds=LEASE_SECONDS,
            cancel_poll_seconds=0.01,
            control_poll_seconds=0.01,
            progress_interval_seconds=0.01,
            finish_grace_seconds=0.05,
        ).model_copy(update=changes)
        blobs, identity = BlobStore.open("memory://"), Identity("render", "render")
        return build_runner(identity, self.queue, self.log, self.board, blobs, {"trim": handler}, settings, slots=slots)

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
