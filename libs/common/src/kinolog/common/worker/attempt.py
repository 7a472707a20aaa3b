"""One attempt of one job: run its handler while holding the lease, until it is done or must stop."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import structlog
from pydantic import ValidationError

from kinolog.common.aggregates import JOB, Change, Job
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import KinologError, LogError, PassingError, PermanentError, WorkError
from kinolog.common.fields import Request
from kinolog.common.jobs import JOB_TYPES, Output
from kinolog.common.log import EventLog, load
from kinolog.common.settings import WorkerSettings
from kinolog.common.worker.board import Board
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.progress import Heartbeat, Progress
from kinolog.common.worker.queue import Delivery

Handler = Callable[[Any, JobContext], Awaitable[Output]]

_DETAIL_CHARACTERS: Final = 4_000

_logger: Final = structlog.get_logger(__name__)


class Interruption(StrEnum):
    """Why an attempt was stopped before its handler was done."""

    CANCELLED = "cancelled"
    RELEASED = "released"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Done:
    output: Output
    changes: tuple[Change, ...]


Outcome = Done | WorkError | Interruption


@dataclass(frozen=True, slots=True)
class Attempts:
    """Runs attempts for one worker process."""

    identity: Identity
    log: EventLog
    board: Board
    blobs: BlobStore
    handlers: Mapping[str, Handler]
    settings: WorkerSettings

    async def run(self, job: Job, delivery: Delivery, releasing: asyncio.Event) -> Outcome:
        """What came of it. The attempt's folder is gone when this returns, and so is everything it started."""
        workdir = self.settings.work_dir / f"{job.id}-{job.attempt}"
        try:
            await asyncio.to_thread(_make_fresh, workdir, job.id)
        except OSError as error:
            return PassingError("no_work_folder", f"no folder to work in: {error.strerror}", detail=_short(error))
        try:
            return await _Running(self, job, delivery, releasing, workdir).outcome()
        finally:
            await asyncio.to_thread(shutil.rmtree, workdir, ignore_errors=True)


@dataclass(slots=True)
class _Running:
    attempts: Attempts
    job: Job
    delivery: Delivery
    releasing: asyncio.Event
    workdir: Path
    progress: Progress = field(default_factory=lambda: Progress(phase="start"))
    has_news: asyncio.Event = field(default_factory=asyncio.Event)

    async def outcome(self) -> Outcome:
        """The first of: the handler ends, the job is cancelled or lost, the worker is stopped."""
        handling = asyncio.create_task(self._handle())
        watches = [
            asyncio.create_task(watch)
            for watch in (self._watch_ownership(), self._watch_release(), self._keep_lease(), self._report())
        ]
        try:
            finished, _ = await asyncio.wait({handling, *watches}, return_when=asyncio.FIRST_COMPLETED)
            if handling in finished:
                return handling.result()
            return next(iter(finished)).result()  # type: ignore[return-value]  # only watches that interrupt end
        finally:
            await _cancel(handling, *watches)

    async def _handle(self) -> Outcome:
        job_type = JOB_TYPES[self.job.type]
        context = self._context()
        try:
            request: Request = job_type.input_model.model_validate(self.job.input_data)
            output = await self.attempts.handlers[self.job.type](request, context)
        except WorkError as error:
            return error
        except ValidationError as error:
            return PermanentError("invalid_input", "the job's input does not fit its type", detail=_short(error))
        except LogError as error:
            return PassingError("log_unavailable", "the log could not be read", detail=_short(error))
        except KinologError as error:
            return PermanentError("refused", str(error), detail=_short(error))
        except OSError as error:
            return PassingError("io_error", f"the system refused: {error.strerror or error}", detail=_short(error))
        except Exception as error:  # A handler's bug fails its job, never the worker
            _logger.exception("A handler raised", job_id=self.job.id, job_type=self.job.type)
            return PassingError("internal_error", f"{type(error).__name__} in the handler", detail=_short(error))
        return Done(output, context.changes)

    def _context(self) -> JobContext:
        return JobContext(
            self.job,
            service=self.attempts.identity.service,
            log=self.attempts.log,
            blobs=self.attempts.blobs,
            workdir=self.workdir,
            on_progress=self._note,
        )

    def _note(self, progress: Progress) -> None:
        self.progress = progress
        self.has_news.set()

    async def _watch_ownership(self) -> Interruption:
        """Look into the log again and again: was the job cancelled, or taken over by another worker?"""
        while True:
            await asyncio.sleep(self.attempts.settings.cancel_poll_seconds)
            try:
                job = (await load(self.attempts.log, JOB, self.job.id)).require()
            except LogError:
                continue  # The commit will find out; nothing is decided on missing knowledge.
            if not job.is_attempt_of(self.attempts.identity.worker_id, self.job.attempt):
                return Interruption.LOST
            if job.cancel_requested:
                return Interruption.CANCELLED

    async def _watch_release(self) -> Interruption:
        await self.releasing.wait()
        return Interruption.RELEASED

    async def _keep_lease(self) -> None:
        while True:
            await self.delivery.hold()
            await self._beat()
            await asyncio.sleep(self.attempts.settings.lease_seconds / 3)

    async def _report(self) -> None:
        while True:
            await self.has_news.wait()
            self.has_news.clear()
            await self._beat()
            await asyncio.sleep(self.attempts.settings.progress_interval_seconds)

    async def _beat(self) -> None:
        identity = self.attempts.identity
        await self.attempts.board.beat(
            Heartbeat(
                job_id=self.job.id,
                attempt=self.job.attempt,
                worker=identity.worker_id,
                at=identity.clock(),
                **asdict(self.progress),
            )
        )


def _make_fresh(workdir: Path, job_id: str) -> None:
    """An empty folder. Whatever an earlier attempt left here died with its worker."""
    for leftover in workdir.parent.glob(f"{job_id}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    workdir.mkdir(parents=True)


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    """Stop tasks and wait until they have cleaned up after themselves."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.warning("A stopped task raised", error=repr(error))


def _short(error: Exception) -> str:
    return repr(error)[:_DETAIL_CHARACTERS]
