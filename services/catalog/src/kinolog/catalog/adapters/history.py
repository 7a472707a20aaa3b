"""Reading the jobs themselves: single ones, those of a batch, and what lately started or was completed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Select, and_, func, or_, select

from kinolog.catalog.adapters.conditions import RUNNABLE
from kinolog.catalog.adapters.rows import to_state
from kinolog.catalog.adapters.tables import TABLES
from kinolog.catalog.adapters.work import LANE, SqlWork, may_start
from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.subjects import lane_of

_JOBS: Final = TABLES[JOB.kind]


class SqlJobs(SqlWork):
    """What the questions need besides the unfinished work."""

    async def jobs(self, job_ids: Sequence[str]) -> list[Job]:
        """Those of the jobs that have a row."""
        return await self._jobs(select(_JOBS).where(_JOBS.c.id.in_(job_ids))) if job_ids else []

    async def count_batch(self, batch_id: str) -> dict[str, int]:
        """How many jobs of a batch there are of each status."""
        statement = select(_JOBS.c.status, func.count()).where(_JOBS.c.batch_id == batch_id).group_by(_JOBS.c.status)
        async with self._database.begin() as connection:
            return {status: count for status, count in await connection.execute(statement)}

    async def count_ahead(self, job: Job, now: datetime) -> int:
        """How many jobs of its queue may start and are in a higher lane, or earlier in the same one."""
        lane = lane_of(job.priority)
        is_earlier = and_(lane <= LANE, _JOBS.c.queued_sequence < job.queued_sequence)
        ahead = func.coalesce(_JOBS.c.queue, "") == job.queue, may_start(now), or_(lane < LANE, is_earlier)
        statement = RUNNABLE.of(select(func.count()).select_from(_JOBS)).where(*ahead)
        async with self._database.begin() as connection:
            count: int = (await connection.execute(statement)).scalar_one()
            return count

    async def started_between(self, queue: str, since: datetime, until: datetime, most: int) -> list[Job]:
        """The jobs of a queue whose last attempt started then, the newest first."""
        began = _JOBS.c.started_at.between(since, until)
        # What started after a time was updated after it: there is an index of that.
        statement = select(_JOBS).where(_JOBS.c.queue == queue, _JOBS.c.updated_at >= since, began)
        return await self._jobs(statement.order_by(_JOBS.c.started_at.desc(), _JOBS.c.id.desc()).limit(most))

    async def durations(self, job_type: str, most: int) -> list[float]:
        """What the newest completed jobs of a type took, in seconds."""
        statement = (
            select(_JOBS.c.started_at, _JOBS.c.completed_at)
            .where(_JOBS.c.type == job_type, _JOBS.c.status == JobStatus.COMPLETED, _JOBS.c.started_at.is_not(None))
            .order_by(_JOBS.c.created_at.desc(), _JOBS.c.id.desc())
            .limit(most)
        )
        async with self._database.begin() as connection:
            rows = await connection.execute(statement)
            return [(completed - started).total_seconds() for started, completed in rows]

    async def _jobs(self, statement: Select[Any]) -> list[Job]:
        async with self._database.begin() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [cast("Job", to_state(JOB.kind, dict(row))) for row in rows]
