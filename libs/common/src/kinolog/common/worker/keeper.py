"""The keeper: looks after all attempts of one worker, so that an attempt itself is nothing but its handler.

It holds their leases, tells their progress, stops those that take too long or are silent, and looks into the log
whether each job is still this worker's to do.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Final

import structlog

from kinolog.common.clock import Clock
from kinolog.common.crashpoint import crashpoint
from kinolog.common.errors import LogError, WorkError
from kinolog.common.settings import WorkerSettings
from kinolog.common.worker.board import Board
from kinolog.common.worker.held import Held
from kinolog.common.worker.outcome import Interruption, Outcome
from kinolog.common.worker.patience import AttemptPatience
from kinolog.common.worker.progress import Heartbeat, Progress
from kinolog.common.worker.queue import Delivery
from kinolog.common.worker.wait import loop_time, wait_for_any

_START: Final = Progress(phase="start")
# A hint overtakes the event that it is of: the log is asked again and again for this long.
_SUSPICION_SECONDS: Final = 1.0
_SUSPICIOUS_LOOK_SECONDS: Final = 0.02

_logger: Final = structlog.get_logger(__name__)


class Kept:
    """One attempt in progress. Times are the event loop's."""

    def __init__(self, held: Held, delivery: Delivery, patience: AttemptPatience) -> None:
        self.held = held
        self.delivery = delivery
        self.patience = patience
        self.progress = _START
        self.has_news = False
        self.began_at = self.heard_at = self.beat_at = loop_time()
        self.interruption: Interruption | WorkError | None = None
        self.is_over = False
        self._task = asyncio.current_task()

    def note(self, progress: Progress) -> None:
        self.progress, self.has_news, self.heard_at = progress, True, loop_time()

    def interrupt(self, why: Interruption | WorkError) -> None:
        """Stop the handler, if it still runs. The first reason counts."""
        if self.interruption is None and not self.is_over and self._task is not None:
            self.interruption = why
            self._task.cancel()

    def outcome(self, outcome: Outcome) -> Outcome:
        """What the attempt came to: an interruption counts whatever the handler made of it."""
        if self.interruption is None or self._task is None:
            return outcome
        self._task.uncancel()
        return self.interruption


class Keeper:
    def __init__(self, board: Board, worker_id: str, clock: Clock, settings: WorkerSettings) -> None:
        self._board = board
        self._worker_id = worker_id
        self._clock = clock
        self._settings = settings
        self._kept: list[Kept] = []
        self._suspected: dict[str, float] = {}
        self._has_kept = asyncio.Event()
        self._has_suspicion = asyncio.Event()
        self.is_releasing = False

    @contextmanager
    def keeping(self, kept: Kept) -> Iterator[None]:
        """Look after an attempt, from within the task that runs its handler, unless it is interrupted already."""
        self._kept.append(kept)
        self._has_kept.set()
        if self.is_releasing:  # There is nothing to cancel yet.
            kept.interruption = Interruption.RELEASED
        try:
            yield
        finally:
            kept.is_over = True
            self._kept.remove(kept)
            if not self._kept:
                self._has_kept.clear()

    def suspect(self, job_id: str) -> None:
        """Somebody hints that the job is to be cancelled: the log will tell."""
        if any(kept.held.job.id == job_id for kept in self._kept):
            self._suspected[job_id] = loop_time() + _SUSPICION_SECONDS
            self._has_suspicion.set()

    def release_all(self) -> None:
        """Stop every attempt, and whatever begins from now on: the worker goes."""
        self.is_releasing = True
        for kept in tuple(self._kept):
            kept.interrupt(Interruption.RELEASED)

    async def run(self) -> None:
        """Keep, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_going())
            tasks.create_task(self._look_into_the_log())

    async def _keep_going(self) -> None:
        """No log in here: a lease must be held while the log is away."""
        while True:
            await self._has_kept.wait()
            await asyncio.sleep(self._settings.progress_interval_seconds)
            for kept in tuple(self._kept):
                await self._look_after(kept, loop_time())

    async def _look_after(self, kept: Kept, now: float) -> None:
        if kept.is_over or kept.interruption is Interruption.LOST:
            return  # What it said now would be taken for a word of the attempt that goes on elsewhere.
        verdict = kept.patience.verdict(taken_seconds=now - kept.began_at, silent_seconds=now - kept.heard_at)
        if verdict is not None:
            kept.interrupt(verdict)
            return
        is_due = now - kept.beat_at >= self._settings.lease_seconds / 3
        if is_due:
            await kept.delivery.hold()
        if is_due or kept.has_news:
            kept.has_news, kept.beat_at = False, now if is_due else kept.beat_at
            await self._board.beat(self._beat(kept))
            crashpoint("worker.after_heartbeat")

    def _beat(self, kept: Kept) -> Heartbeat:
        job = kept.held.job
        return Heartbeat(
            job_id=job.id,
            attempt=job.attempt,
            worker=self._worker_id,
            at=self._clock(),
            **asdict(kept.progress),
        )

    async def _look_into_the_log(self) -> None:
        """Hints make it prompt; a look every so often makes it certain."""
        while True:
            await self._has_kept.wait()
            await self._rest()
            for kept in self._to_look_at():
                await self._check(kept)

    async def _rest(self) -> None:
        if self._suspected:
            await asyncio.sleep(_SUSPICIOUS_LOOK_SECONDS)
            return
        self._has_suspicion.clear()
        await wait_for_any(self._has_suspicion, seconds=self._settings.cancel_poll_seconds)

    def _to_look_at(self) -> list[Kept]:
        """The suspected attempts, or all when nothing in particular is suspected."""
        now, job_ids = loop_time(), {kept.held.job.id for kept in self._kept}
        self._suspected = {
            job_id: until for job_id, until in self._suspected.items() if until > now and job_id in job_ids
        }
        suspects = self._suspected or job_ids
        return [kept for kept in self._kept if kept.held.job.id in suspects]

    async def _check(self, kept: Kept) -> None:
        if kept.is_over:  # While those before it were looked at.
            return
        try:
            standing = await kept.held.standing()
        except LogError as error:  # The commit will find out; nothing is decided on missing knowledge.
            _logger.debug("Could not look after a job", job_id=kept.held.job.id, error=str(error))
            return
        if standing is not None:
            kept.interrupt(standing)
