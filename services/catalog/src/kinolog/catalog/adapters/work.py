"""Reading the unfinished work: what the process managers and the questions about queues need of the rows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from kinolog.catalog.adapters.conditions import OPEN_IN_BATCH, RUNNABLE, WAITING, WITH_DEADLINE
from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.rows import to_state
from kinolog.catalog.adapters.tables import TABLES
from kinolog.catalog.domain.fairness import Head
from kinolog.catalog.domain.workload import SETTINGS_OF_WORK, Group, Running, Settings, Workload
from kinolog.common.aggregates import JOB, SCHEDULE, SETTING, JobStatus, Schedule
from kinolog.common.subjects import HIGHEST_LANE, LOWEST_LANE, lane_of

# Each is one or two parts of a UNION, of which SQLite takes 500.
_GROUPS_PER_STATEMENT: Final = 100
_IDS_PER_STATEMENT: Final = 500

_JOBS: Final = TABLES[JOB.kind]
LANE: Final[ColumnElement[int]] = literal_column(
    f"CASE WHEN priority < {LOWEST_LANE} THEN {LOWEST_LANE}"
    f" WHEN priority > {HIGHEST_LANE} THEN {HIGHEST_LANE} ELSE priority END"
)
_SINCE: Final = case(
    (or_(_JOBS.c.not_before.is_(None), _JOBS.c.not_before < _JOBS.c.queued_at), _JOBS.c.queued_at),
    else_=_JOBS.c.not_before,
)


class SqlWork:
    """Every method raises StoreUnavailable when the database cannot be used at present."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def workload(self, now: datetime) -> Workload:
        async with self._database.snapshot() as connection:
            groups = _in_lanes((await connection.execute(_groups(now))).mappings())
            running = [Running(**row) for row in (await connection.execute(_running())).mappings()]
            return Workload(groups, running, await _settings(connection))

    async def heads(self, groups: Sequence[Group], now: datetime, most: int) -> list[Head]:
        """The first `most` jobs of each group that may start, in the order in which they were queued."""
        heads: list[Head] = []
        async with self._database.begin() as connection:
            for start in range(0, len(groups), _GROUPS_PER_STATEMENT):
                some = groups[start : start + _GROUPS_PER_STATEMENT]
                parts = [part for group in some for part in _first_of(group, now, most)]
                heads += [_head(row) for row in (await connection.execute(union_all(*parts))).mappings()]
        return heads

    async def waiting_jobs(self) -> dict[str, tuple[str, ...]]:
        """All jobs that wait for others, and for which."""
        async with self._database.begin() as connection:
            rows = await connection.execute(WAITING.of(select(_JOBS.c.id, _JOBS.c.depends_on)))
            return {job_id: tuple(depends_on) for job_id, depends_on in rows}

    async def statuses(self, job_ids: Iterable[str]) -> dict[str, JobStatus]:
        """Those of the jobs that have a row."""
        ids, found = list(job_ids), dict[str, JobStatus]()
        async with self._database.begin() as connection:
            for start in range(0, len(ids), _IDS_PER_STATEMENT):
                some = _JOBS.c.id.in_(ids[start : start + _IDS_PER_STATEMENT])
                rows = await connection.execute(select(_JOBS.c.id, _JOBS.c.status).where(some))
                found |= {job_id: JobStatus(status) for job_id, status in rows}
        return found

    async def overdue_jobs(self, now: datetime) -> list[str]:
        """The pending jobs whose deadline has passed."""
        return await self._ids(WITH_DEADLINE.of(select(_JOBS.c.id)).where(_JOBS.c.deadline <= now))

    async def next_deadline(self) -> datetime | None:
        """The first of all deadlines of pending jobs."""
        async with self._database.begin() as connection:
            first: datetime | None = await connection.scalar(WITH_DEADLINE.of(select(func.min(_JOBS.c.deadline))))
            return first

    async def stopping_jobs(self) -> list[str]:
        """The failed jobs that may end others of their batch."""
        batches = OPEN_IN_BATCH.of(select(_JOBS.c.batch_id)).distinct()
        stopping = _JOBS.c.status == JobStatus.FAILED, _JOBS.c.stops_batch.is_(True)
        return await self._ids(select(_JOBS.c.id).where(_JOBS.c.batch_id.in_(batches), *stopping))

    async def unfinished_of(self, batch_id: str) -> list[str]:
        """The jobs of a batch that have not ended."""
        return await self._ids(OPEN_IN_BATCH.of(select(_JOBS.c.id)).where(_JOBS.c.batch_id == batch_id))

    async def active_schedules(self) -> list[Schedule]:
        """Those that are neither deleted nor paused."""
        schedules = TABLES[SCHEDULE.kind]
        active = select(schedules).where(schedules.c.is_deleted.is_(False), schedules.c.is_paused.is_(False))
        async with self._database.begin() as connection:
            rows = (await connection.execute(active)).mappings()
            return [cast("Schedule", to_state(SCHEDULE.kind, dict(row))) for row in rows]

    async def _ids(self, statement: Select[Any]) -> list[str]:
        async with self._database.begin() as connection:
            return list((await connection.execute(statement)).scalars())


def _groups(now: datetime) -> Select[Any]:
    """One pass over an index, so each job must cost little: hardly any waits for a time."""
    is_delayed = _JOBS.c.not_before > now
    delayed = func.sum(case((is_delayed, 1), else_=0))
    since = case((_JOBS.c.not_before.is_(None), _JOBS.c.queued_at), (is_delayed, None), else_=_SINCE)
    groups = select(
        _JOBS.c.queue,
        _JOBS.c.project_id,
        _JOBS.c.priority,
        (func.count() - delayed).label("waiting"),
        delayed.label("delayed"),
        func.min(since).label("oldest_since"),
        func.min(case((is_delayed, _JOBS.c.not_before))).label("next_at"),
    ).group_by(_JOBS.c.queue, _JOBS.c.project_id, _JOBS.c.priority)
    return RUNNABLE.of(groups)


def _in_lanes(rows: Iterable[Any]) -> list[Group]:
    """The outermost lanes serve more than one priority. The engine would have to sort all jobs to group them so."""
    groups: dict[tuple[str, str | None, int], Group] = {}
    for row in rows:
        values = dict(row)
        group = Group(lane=lane_of(values.pop("priority")), **values)
        key = (group.queue, group.project_id, group.lane)
        groups[key] = groups[key].joined_with(group) if key in groups else group
    return list(groups.values())


def _running() -> Select[Any]:
    return (
        select(_JOBS.c.queue, LANE.label("lane"), _JOBS.c.project_id, func.count().label("count"))
        .where(_JOBS.c.status == JobStatus.RUNNING)
        .group_by(_JOBS.c.queue, LANE, _JOBS.c.project_id)
    )


async def _settings(connection: AsyncConnection) -> Settings:
    table: Table = TABLES[SETTING.kind]
    of_work = or_(*(table.c.name.startswith(prefix, autoescape=True) for prefix in SETTINGS_OF_WORK))
    rows = await connection.execute(select(table.c.name, table.c.value).where(table.c.value.is_not(None), of_work))
    return Settings({name: value for name, value in rows})


def _first_of(group: Group, now: datetime, most: int) -> Iterator[Select[Any]]:
    """The outermost lanes serve more than one priority; each is read in the order of the index."""
    columns = _JOBS.c.id, _JOBS.c.project_id, _JOBS.c.priority, _JOBS.c.queued_sequence, _SINCE.label("since")
    of_group = RUNNABLE.of(select(*columns)).where(
        _JOBS.c.queue == group.queue, _same_project(group.project_id), may_start(now)
    )
    for priority in _priorities(group.lane):
        yield select(of_group.where(priority).order_by(_JOBS.c.queued_sequence).limit(most).subquery())


def _priorities(lane: int) -> Iterable[ColumnElement[bool]]:
    yield _JOBS.c.priority == lane
    if lane == LOWEST_LANE:
        yield _JOBS.c.priority < lane
    if lane == HIGHEST_LANE:
        yield _JOBS.c.priority > lane


def _same_project(project_id: str | None) -> ColumnElement[bool]:
    return _JOBS.c.project_id.is_(None) if project_id is None else _JOBS.c.project_id == project_id


def may_start(now: datetime) -> ColumnElement[bool]:
    return or_(_JOBS.c.not_before.is_(None), _JOBS.c.not_before <= now)


def _head(row: Any) -> Head:
    return Head(
        job_id=row["id"],
        project_id=row["project_id"],
        lane=lane_of(row["priority"]),
        queued_sequence=row["queued_sequence"],
        since=row["since"],
    )
