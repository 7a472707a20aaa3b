"""One attempt of one job: run its handler, until it is done or must stop."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog
from pydantic import ValidationError

from kinolog.common.aggregates import Job
from kinolog.common.aggregates.job_decisions import checkpoint_attempt
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import KinologError, LogError, PassingError, PermanentError, StorageFailed, WorkError
from kinolog.common.fields import Request
from kinolog.common.jobs import JOB_TYPES, Output
from kinolog.common.log import EventLog
from kinolog.common.settings import WorkerSettings
from kinolog.common.worker.board import Board
from kinolog.common.worker.children import Children
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.held import Held
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.keeper import Keeper, Kept
from kinolog.common.worker.outcome import Done, Ended, Outcome
from kinolog.common.worker.patience import patience_with
from kinolog.common.worker.phases import Phases
from kinolog.common.worker.progress import Progress
from kinolog.common.worker.queue import Delivery

Handler = Callable[[Any, JobContext], Awaitable[Output]]

_DETAIL_CHARACTERS: Final = 4_000

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Runs attempts for one worker process."""

    identity: Identity
    log: EventLog
    blobs: BlobStore
    handlers: Mapping[str, Handler]
    settings: WorkerSettings
    keeper: Keeper
    board: Board

    async def run(self, held: Held, delivery: Delivery) -> Ended:
        """The attempt's folder is gone when this returns, and so is everything it started."""
        running = _Running(self, held, Phases(asyncio.get_running_loop().time))
        try:
            outcome = await self._supervise(running, delivery)
        finally:
            await running.tidy_up()
        return Ended(outcome, running.phases.ended())

    def children_of(self, job: Job) -> Children:
        return Children(self.log, self.board, self.identity, job, self.settings.presence_interval_seconds)

    async def _supervise(self, running: "_Running", delivery: Delivery) -> Outcome:
        kept = Kept(running.held, delivery, patience_with(running.held.job, self.identity.clock()))
        with self.keeper.keeping(kept):
            running.on_progress = kept.note
            if kept.interruption is not None:
                return kept.interruption
            try:
                outcome = await running.handle()
            except asyncio.CancelledError:
                if kept.interruption is None:
                    raise
                outcome = kept.interruption
        return kept.outcome(outcome)


@dataclass(slots=True)
class _Running:
    attempts: Attempts
    held: Held
    phases: Phases
    on_progress: Callable[[Progress], None] = field(default=lambda _: None)
    context: JobContext = field(init=False)

    def __post_init__(self) -> None:
        job = self.held.job
        self.context = JobContext(
            job,
            service=self.attempts.identity.service,
            log=self.attempts.log,
            blobs=self.attempts.blobs,
            workdir=self.attempts.settings.work_dir / f"{job.id}-{job.attempt}",
            on_progress=self._note,
            on_checkpoint=self._save,
            children=self.attempts.children_of(job),
        )

    async def handle(self) -> Outcome:
        job = self.held.job
        try:
            if job.attempt > 1:
                await asyncio.to_thread(_remove_leftovers, self.attempts.settings.work_dir, job)
            request: Request = JOB_TYPES[job.type].input_model.model_validate(job.input_data)
            output = await self.attempts.handlers[job.type](request, self.context)
        except Exception as error:  # Whatever a handler raises fails its job, never the worker
            return _as_outcome(error, job)
        return Done(output, self.context.changes)

    async def tidy_up(self) -> None:
        if self.context.has_workdir:
            await asyncio.to_thread(shutil.rmtree, self.context.workdir, ignore_errors=True)

    def _note(self, progress: Progress) -> None:
        self.phases.enter(progress.phase)
        self.on_progress(progress)

    async def _save(self, state: dict[str, Any]) -> None:
        await self.held.write(lambda job: checkpoint_attempt(job, state))


def _as_outcome(error: Exception, job: Job) -> WorkError:
    detail = repr(error)[:_DETAIL_CHARACTERS]
    match error:
        case WorkError():
            return error
        case ValidationError():
            return PermanentError("invalid_input", "the job's input does not fit its type", detail=detail)
        case LogError():
            return PassingError("log_unavailable", "the log could not be read", detail=detail)
        case StorageFailed():
            message = "the storage of files refused: see whether it is full or away"
            return PassingError("storage_failed", message, detail=detail)
        case KinologError():
            return PermanentError("refused", str(error), detail=detail)
        case OSError():
            return PassingError("io_error", f"the system refused: {error.strerror or error}", detail=detail)
    _logger.error("A handler raised", job_id=job.id, job_type=job.type, exc_info=error)
    return PassingError("internal_error", f"{type(error).__name__} in the handler", detail=detail)


def _remove_leftovers(work_dir: Path, job: Job) -> None:
    """Whatever an earlier attempt left here died with its worker."""
    for leftover in work_dir.glob(f"{job.id}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
