"""Doubles of what the gateway asks, without a broker or a database: they answer from the log itself."""

from collections import Counter, defaultdict
from typing import Any, Final, cast

from kinolog.common.aggregates import AGGREGATES
from kinolog.common.aggregates.base import Aggregate, fold
from kinolog.common.events import RecordedEvent
from kinolog.common.log import EventLog
from kinolog.common.queries import JobCounts, ListName, ListQuery, Page, Stats
from kinolog.common.subjects import LANES_FROM_THE_TOP
from kinolog.gateway.listing import KIND_OF_LIST
from kinolog.gateway.problems import FieldError, Problem

_MOST_EVENTS: Final = 100_000


class MemoryCatalog:
    """See `Catalog`. A cursor is the number of rows that came before. Turn `is_there` off to take it away."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.is_there = True

    async def page(self, name: ListName, query: ListQuery) -> Page:
        begin = _offset(query.cursor)
        rows = [row for row in await self._rows(KIND_OF_LIST[name]) if _matches(row, query)]
        field = query.sort.removeprefix("-")
        rows.sort(key=lambda row: (str(row.get(field)), row["id"]), reverse=query.sort.startswith("-"))
        end = begin + query.limit
        has_more = len(rows) > end
        cursor = str(end) if has_more else None
        return Page(data=rows[begin:end], next_cursor=cursor, has_more=has_more, seq=await self.position())

    async def stats(self, min_seq: int) -> Stats:
        jobs = await self._rows("job")
        return Stats(
            projects=len(await self._rows("project")),
            videos=len(await self._rows("video")),
            captions=len(await self._rows("caption")),
            jobs=JobCounts(by_status=_count(jobs, "status"), by_type=_count(jobs, "type")),
            seq=await self.position(),
        )

    async def position(self) -> int:
        if not self.is_there:
            raise Problem("catalog-unavailable", "the catalog was taken away")
        return await self._log.last_sequence()

    async def _rows(self, kind: str) -> list[dict[str, Any]]:
        await self.position()
        events: dict[str, list[RecordedEvent]] = defaultdict(list)
        for entry in (await self._log.scan(0, _MOST_EVENTS)).entries:
            if isinstance(entry, RecordedEvent) and entry.subject.kind == kind:
                events[entry.subject.id].append(entry)
        aggregate = cast(Aggregate[Any], AGGREGATES[kind])
        folded = [fold(aggregate, aggregate_id, entries) for aggregate_id, entries in events.items()]
        return [
            each.state.model_dump(mode="json") | {"sequence": each.sequence}
            for each in folded
            if each.state is not None
        ]


class MemoryLanes:
    """See `QueueGauge`: nothing ever waits."""

    async def depths(self, queue: str) -> dict[int, int | None]:
        return dict.fromkeys(LANES_FROM_THE_TOP, 0)


def _offset(cursor: str | None) -> int:
    if cursor is not None and not cursor.isdecimal():
        detail = "this is not a cursor of ours"
        raise Problem("validation", detail, status=400, errors=[FieldError("?cursor", detail)])
    return int(cursor or 0)


def _matches(row: dict[str, Any], query: ListQuery) -> bool:
    if row.get("is_deleted", False) is not query.deleted:
        return False
    return all(row.get(name) == value for name, value in query.filters.items())


def _count(rows: list[dict[str, Any]], field: str) -> dict[str, int]:
    return dict(Counter(str(row[field]) for row in rows))
