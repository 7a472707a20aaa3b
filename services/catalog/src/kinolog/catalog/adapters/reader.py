"""Reading the rows: pages of a list, counts, and the digest that proves two databases equal."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, Select, Table, func, literal, select, tuple_

from kinolog.catalog.adapters.conditions import OPEN_UPLOAD
from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.rows import to_folded
from kinolog.catalog.adapters.tables import CHECKPOINT, METADATA, QUARANTINE, SEARCH, TABLES, is_of_live_project
from kinolog.catalog.domain.folding import Folded
from kinolog.catalog.domain.listing import Selection, searchable
from kinolog.catalog.domain.usage import Taken, announced_bytes
from kinolog.common.aggregates import JOB, VIDEO, JobStatus

_ROWS_AT_ONCE: Final = 500


class SqlReader:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def rows(self, selection: Selection) -> Sequence[Folded]:
        """The rows that a query asks for, and one more where there is one."""
        kind = selection.listing.kind
        async with self._database.begin() as connection:
            rows = await connection.execute(_statement(TABLES[kind], selection))
            return [to_folded(kind, dict(row)) for row in rows.mappings()]

    async def count_by(self, kind: str, name: str) -> dict[Any, int]:
        """How many rows there are of each value of a field."""
        column = TABLES[kind].c[name]
        async with self._database.begin() as connection:
            rows = await connection.execute(select(column, func.count()).group_by(column).order_by(column))
            return {value: count for value, count in rows}

    async def count_live(self, kind: str) -> int:
        """How many rows there are that are not deleted, nor is the project that they belong to."""
        table = TABLES[kind]
        of_live = [is_of_live_project(table)] if "project_id" in table.c else []
        statement = select(func.count()).select_from(table).where(~table.c.is_deleted, *of_live)
        async with self._database.begin() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def count_quarantined(self) -> int:
        """How many events could not be folded."""
        async with self._database.begin() as connection:
            return (await connection.execute(select(func.count()).select_from(QUARANTINE))).scalar_one()

    async def usage(self, project_id: str | None) -> Taken:
        """What the videos of a project, or of all, take, and what its uploads under way will take besides."""
        async with self._database.snapshot() as connection:
            size, count = (await connection.execute(_live_videos(project_id))).one()
            uploads = (await connection.execute(_open_uploads(project_id))).scalars()
            # A job of nobody's making may hold anything, which SQL would stumble over.
            return Taken(int(size), count, sum(announced_bytes(document) for document in uploads))

    async def running_jobs(self) -> list[str]:
        """The ids of all jobs that run, as far as the rows know."""
        jobs = TABLES[JOB.kind]
        async with self._database.begin() as connection:
            rows = await connection.execute(select(jobs.c.id).where(jobs.c.status == JobStatus.RUNNING))
            return list(rows.scalars())

    async def digest(self) -> tuple[int, str]:
        """The sequence that the rows have come to, and a hash of them all that is the same on every engine."""
        hasher = hashlib.sha256()
        async with self._database.snapshot() as connection:
            sequence: int = (await connection.execute(select(CHECKPOINT.c.sequence))).scalar_one()
            for table in METADATA.sorted_tables:
                if table is CHECKPOINT:
                    continue
                statement = select(table).order_by(*table.primary_key).execution_options(yield_per=_ROWS_AT_ONCE)
                async for row in (await connection.stream(statement)).mappings():
                    hasher.update(_canonical(table.name, dict(row)))
        return sequence, hasher.hexdigest()


def _live_videos(project_id: str | None) -> Select[Any]:
    videos = TABLES[VIDEO.kind]
    statement = select(func.coalesce(func.sum(videos.c.size_bytes), 0), func.count()).select_from(videos)
    return statement.where(~videos.c.is_deleted, *_of_project(videos, project_id))


def _open_uploads(project_id: str | None) -> Select[Any]:
    jobs = TABLES[JOB.kind]
    return OPEN_UPLOAD.of(select(jobs.c.input_data)).where(*_of_project(jobs, project_id))


def _of_project(table: Table, project_id: str | None) -> list[ColumnElement[bool]]:
    return [] if project_id is None else [table.c.project_id == project_id]


def _statement(table: Table, selection: Selection) -> Select[Any]:
    order = [table.c[selection.order_by], table.c.id]
    return (
        select(table)
        .where(*_conditions(table, selection))
        .order_by(*(column.desc() if selection.is_descending else column for column in order))
        .limit(selection.limit + 1)
    )


def _conditions(table: Table, selection: Selection) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_is(table.c[name], value) for name, value in selection.equals.items()]
    if selection.is_of_live_projects:
        conditions.append(is_of_live_project(table))
    if selection.contains is not None:
        conditions.append(table.c[SEARCH].contains(searchable(selection.contains), autoescape=True))
    if selection.after is not None:
        column = table.c[selection.order_by]
        here = tuple_(column, table.c.id)
        there = tuple_(literal(selection.after.value, column.type), literal(selection.after.id, table.c.id.type))
        conditions.append(here < there if selection.is_descending else here > there)
    return conditions


def _is(column: ColumnElement[Any], wanted: Any) -> ColumnElement[bool]:
    return column.in_(wanted) if isinstance(wanted, list) else column == wanted


def _canonical(table: str, row: dict[str, Any]) -> bytes:
    content = json.dumps([table, to_jsonable_python(row)], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return content.encode()
