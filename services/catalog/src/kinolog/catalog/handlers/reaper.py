"""The reaper: jobs whose worker has been silent for two leases, and that nobody else was given, are queued anew.

Usually the next delivery finds a lost worker after one lease. This is the net below: a delivery can be forgotten, by a
late acknowledgement of a paused worker or with a consumer's state, and then nobody would ever look at the job again.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from kinolog.catalog.handlers.manager import origin_of
from kinolog.common.aggregates import JOB, Job, JobStatus, Loaded
from kinolog.common.aggregates.job_decisions import reap_job
from kinolog.common.clock import Clock
from kinolog.common.errors import Conflict, EventUnreadable
from kinolog.common.log import EventLog, load
from kinolog.common.worker.board import Board
from kinolog.common.worker.claim import lease_end, lease_of

_logger: Final = structlog.get_logger(__name__)


class RunningJobs(Protocol):
    async def running_jobs(self) -> list[str]:
        """The ids of all jobs that run, as far as is known. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Reaper:
    log: EventLog
    board: Board
    jobs: RunningJobs
    clock: Clock

    async def reap(self) -> None:
        for job_id in await self.jobs.running_jobs():
            try:
                await self._reap_if_abandoned(await load(self.log, JOB, job_id))
            except EventUnreadable as error:
                _logger.error("Cannot tell whether a job is abandoned", job_id=job_id, error=str(error))

    async def _reap_if_abandoned(self, loaded: Loaded[Job]) -> None:
        job = loaded.state
        if job is None or job.status is not JobStatus.RUNNING:
            return
        if self.clock() < lease_end(job, await self.board.last_beat(job.id)) + lease_of(job):
            return
        events = reap_job(job, now=self.clock())
        try:
            await self.log.append(loaded.changes(*events), origin_of("reaper", job.correlation_id))
        except Conflict:
            return  # Somebody has done something about it just now.
        outcome = events[-1].event_type
        _logger.warning("Reaped an abandoned job", job_id=job.id, worker=job.worker, outcome=outcome)
