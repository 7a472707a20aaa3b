"""The reaper: jobs whose worker has been silent for two leases, and that nobody else was given, are queued anew.

Usually the next delivery finds a lost worker after one lease. This is the net below: a delivery can be forgotten, by a
late acknowledgement of a paused worker or with a consumer's state, and then nobody would ever look at the job again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog

from kinolog.catalog.domain.bell import Bell, Hearing
from kinolog.catalog.handlers.manager import keep_looking, origin_of
from kinolog.common.aggregates import JOB, Job, JobStatus, Loaded
from kinolog.common.aggregates.job_decisions import reap_job
from kinolog.common.clock import Clock
from kinolog.common.errors import Conflict, EventUnreadable
from kinolog.common.events.job import JobStarted
from kinolog.common.log import EventLog, load
from kinolog.common.worker.board import Board
from kinolog.common.worker.claim import lease_of
from kinolog.common.worker.progress import Heartbeat

_logger: Final = structlog.get_logger(__name__)


class RunningJobs(Protocol):
    async def running_jobs(self) -> list[str]:
        """The ids of all jobs that run, as far as is known. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """The last sign of life of an attempt, and when this reaper first saw that it was the last."""

    sign: Any
    at: float


def _seconds_of_loop() -> float:
    return asyncio.get_running_loop().time()


@dataclass(slots=True)
class Reaper:
    """Measures silence by `elapsed`, in seconds of its own: the times that others wrote down are by their clocks."""

    log: EventLog
    board: Board
    jobs: RunningJobs
    clock: Clock
    elapsed: Callable[[], float] = _seconds_of_loop
    bell: Bell = field(default_factory=Bell)
    _heard: dict[str, Heard] = field(default_factory=dict)

    def attend(self, hearing: Hearing) -> None:
        hearing.listen(lambda _: self.bell.ring(), JobStarted)

    async def keep_going(self, pause_seconds: float, interval_seconds: float) -> None:
        """Look after every pause while jobs run; while none does, when one is started."""
        await keep_looking(self.look, self.bell, pause_seconds=pause_seconds, interval_seconds=interval_seconds)

    async def look(self) -> float | None:
        running = await self.jobs.running_jobs()
        await self.reap(running)
        return 0.0 if running else None

    async def reap(self, running: Sequence[str]) -> None:
        self._heard = {job_id: heard for job_id, heard in self._heard.items() if job_id in running}
        for job_id in running:
            try:
                await self._reap_if_abandoned(await load(self.log, JOB, job_id))
            except EventUnreadable as error:
                _logger.error("Cannot tell whether a job is abandoned", job_id=job_id, error=str(error))

    async def _reap_if_abandoned(self, loaded: Loaded[Job]) -> None:
        job = loaded.state
        if job is None or job.status is not JobStatus.RUNNING:
            return
        if self._silence(job, await self.board.last_beat(job.id)) < 2 * lease_of(job).total_seconds():
            return
        events = reap_job(job, now=self.clock())
        try:
            await self.log.append(loaded.changes(*events), origin_of("reaper", job.correlation_id))
        except Conflict:
            return  # Somebody has done something about it just now.
        outcome = events[-1].event_type
        _logger.warning("Reaped an abandoned job", job_id=job.id, worker=job.worker, outcome=outcome)

    def _silence(self, job: Job, beat: Heartbeat | None) -> float:
        """For how many seconds the attempt has shown nothing new."""
        is_of_this_attempt = beat is not None and (beat.attempt, beat.worker) == (job.attempt, job.worker)
        sign = (job.started_sequence, beat.at if beat is not None and is_of_this_attempt else None)
        heard = self._heard.get(job.id)
        if heard is None or heard.sign != sign:
            heard = self._heard[job.id] = Heard(sign, self.elapsed())
        return self.elapsed() - heard.at
