"""Jobs that a running job has other workers do for it.

They are jobs like all others, in the queue of the one that asked, with its priority, project and correlation. Whoever
asks must be able to do without them: no worker may ever be free.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import cancel_job, submit_job
from kinolog.common.errors import Conflict, Refused
from kinolog.common.events.job import Submission
from kinolog.common.fields import Request
from kinolog.common.ids import new_id
from kinolog.common.jobs import JOB_TYPES
from kinolog.common.log import EventLog, load
from kinolog.common.worker.board import Board
from kinolog.common.worker.claim import lease_end
from kinolog.common.worker.held import own_changes
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.progress import Presence

# A worker that has missed that many announcements is gone.
_ANNOUNCEMENTS: Final = 3


@dataclass(frozen=True, slots=True)
class Children:
    """Of one parent. Every method raises what the log raises."""

    log: EventLog
    board: Board
    identity: Identity
    parent: Job
    presence_interval_seconds: float

    async def free_slots(self, job_type: str) -> int:
        """How many jobs of the type could begin now in the parent's queue, as far as workers have told."""
        return sum(
            max(0, worker.slots - len(worker.running))
            for worker in await self.board.workers()
            if job_type in worker.job_types and self._is_there(worker)
        )

    def _is_there(self, worker: Presence) -> bool:
        silence = self.identity.clock() - worker.at
        is_alive = silence < timedelta(seconds=_ANNOUNCEMENTS * self.presence_interval_seconds)
        return is_alive and worker.serves(self.parent.queue) and not worker.is_draining

    async def submit(self, job_type: str, request: Request) -> str:
        """The id of the new job."""
        parent, job_id = self.parent, new_id("job")
        submission = Submission(
            type=job_type,
            input_data=request.model_dump(mode="json"),
            project_id=parent.project_id,
            video_id=parent.video_id,
            queue=parent.queue,
            priority=parent.priority,
            max_retries=JOB_TYPES[job_type].patience.max_retries,
        )
        changes = unborn(JOB, job_id).changes(submit_job(submission))
        await self.log.append(changes, self.identity.origin(parent.correlation_id))
        return job_id

    async def look(self, job_id: str) -> Job | None:
        """None where the log does not tell of it yet."""
        return (await load(self.log, JOB, job_id)).state

    async def percent(self, job_id: str) -> float:
        beat = await self.board.last_beat(job_id)
        return (beat.percent or 0.0) if beat is not None else 0.0

    async def take_back(self, job_id: str) -> bool:
        """Cancel a child that nobody works on, and tell whether it was one: then the parent does its work."""
        loaded = await load(self.log, JOB, job_id)
        job = loaded.state
        if job is None or job.status.is_final or (job.status is JobStatus.RUNNING and not await self._is_lost(job)):
            return False
        try:
            event = cancel_job(job, reason="the job that asked for it does it by itself")
            if event is not None:
                changes = own_changes(loaded, event, self.identity)
                await self.log.append(changes, self.identity.origin(job.correlation_id))
        except (Conflict, Refused):
            return False
        return True

    async def _is_lost(self, job: Job) -> bool:
        """Whether the worker of a running job has given no sign for the time of its lease."""
        return lease_end(job, await self.board.last_beat(job.id)) < self.identity.clock()
