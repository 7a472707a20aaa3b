"""Doubles of what the gateway asks, without a broker or a database: they answer from the log itself."""

import asyncio
import json
import operator
from collections import Counter, defaultdict
from typing import Any, Final, cast

from kinolog.common.aggregates import AGGREGATES
from kinolog.common.aggregates.base import Aggregate, fold
from kinolog.common.blobs import BlobStore
from kinolog.common.events import RecordedEvent
from kinolog.common.frames_asked import FrameWish
from kinolog.common.log import EventLog
from kinolog.common.queries import (
    BatchState,
    Hits,
    JobCounts,
    LaneState,
    ListName,
    ListQuery,
    Page,
    Queues,
    QueueState,
    SpeechQuery,
    Stats,
    Usage,
    Wait,
    WaitKind,
    Why,
)
from kinolog.common.subjects import LANES_FROM_THE_TOP, lane_of
from kinolog.gateway.frames import DrawnFrame
from kinolog.gateway.listing import KIND_OF_LIST
from kinolog.gateway.memory_speech import cursor_after, hits, place_after
from kinolog.gateway.problems import FieldError, Problem

_MOST_EVENTS: Final = 100_000
_PARENTS: Final = {"videos": {"project_id", "parent_video_id"}, "captions": {"project_id", "video_id"}}


class MemoryCatalog:
    """See `Catalog`. A cursor is the place of the last row that was shown. Turn `is_there` off to take it away."""

    def __init__(self, log: EventLog, blobs: BlobStore | None = None) -> None:
        self._log = log
        self._blobs = blobs or BlobStore.open("memory://")
        self.is_there = True

    async def page(self, name: ListName, query: ListQuery) -> Page:
        rows = [row for row in await self._shown(name, query) if _matches(row, query)]
        is_descending, after = query.sort.startswith("-"), _place_of(query.cursor)
        rows.sort(key=lambda row: _place(row, query), reverse=is_descending)
        if after is not None:
            comes_after = operator.lt if is_descending else operator.gt
            rows = [row for row in rows if comes_after(_place(row, query), after)]
        shown, has_more = rows[: query.limit], len(rows) > query.limit
        cursor = json.dumps(_place(shown[-1], query)) if has_more else None
        return Page(data=shown, next_cursor=cursor, has_more=has_more, seq=await self.position())

    async def stats(self, min_seq: int) -> Stats:
        jobs = await self._rows("job")
        return Stats(
            projects=await self._count_live("project"),
            videos=await self._count_live("video"),
            captions=await self._count_live("caption"),
            jobs=JobCounts(by_status=_count(jobs, "status"), by_type=_count(jobs, "type")),
            seq=await self.position(),
        )

    async def batch(self, batch_id: str, min_seq: int) -> BatchState:
        jobs = [row for row in await self._rows("job") if row["batch_id"] == batch_id]
        return BatchState(by_status=_count(jobs, "status"), total=len(jobs), seq=await self.position())

    async def usage(self, project_id: str | None, min_seq: int) -> Usage:
        videos = [row for row in _of_project(await self._rows("video"), project_id) if not row["is_deleted"]]
        jobs = [row for row in _of_project(await self._rows("job"), project_id) if row["type"] == "upload"]
        uploads = [row for row in jobs if row["status"] in ("pending", "running")]
        return Usage(
            used_bytes=sum(row["size_bytes"] for row in videos),
            video_count=len(videos),
            announced_bytes=sum(row["input_data"].get("size_bytes", 0) for row in uploads),
            seq=await self.position(),
        )

    async def queues(self, min_seq: int) -> Queues:
        """Lanes without fairness: every job that waits may start now."""
        jobs = await self._rows("job")
        names = dict.fromkeys(row["queue"] for row in jobs)
        return Queues(queues=[_queue(name, jobs) for name in names], seq=await self.position())

    async def why(self, job_id: str, min_seq: int) -> Why:
        """Only what the job itself tells: that it is finished or runs, or else that its turn will come."""
        status = next(row["status"] for row in await self._rows("job") if row["id"] == job_id)
        kind = {"pending": WaitKind.TURN, "running": WaitKind.RUNNING}.get(status, WaitKind.FINISHED)
        waits_for = [Wait(kind=kind, detail=f"the job is {status}")]
        return Why(
            waits_for=waits_for, ahead=[], ahead_count=0, started_before=[], estimate=None, seq=await self.position()
        )

    async def speech(self, query: SpeechQuery) -> Hits:
        videos = await self._of_live_projects(await self._rows("video"))
        found = await hits(query, await self._rows("caption"), videos, self._blobs)
        start = place_after(query.cursor, found)
        shown, has_more = found[start : start + query.limit], len(found) > start + query.limit
        cursor, seq = cursor_after(shown[-1]) if has_more else None, await self.position()
        return Hits(data=shown, next_cursor=cursor, has_more=has_more, unreadable=0, is_complete=True, seq=seq)

    async def position(self) -> int:
        if not self.is_there:
            raise Problem("catalog-unavailable", "the catalog was taken away")
        return await self._log.last_sequence()

    async def _shown(self, name: ListName, query: ListQuery) -> list[dict[str, Any]]:
        rows, parents = await self._rows(KIND_OF_LIST[name]), _PARENTS.get(name, set())
        is_of_all = parents and not query.deleted and parents.isdisjoint(query.filters)
        return await self._of_live_projects(rows) if is_of_all else rows

    async def _count_live(self, kind: str) -> int:
        return sum(not row["is_deleted"] for row in await self._of_live_projects(await self._rows(kind)))

    async def _of_live_projects(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        deleted = {row["id"] for row in await self._rows("project") if row["is_deleted"]}
        return [row for row in rows if row.get("project_id") not in deleted]

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


def _place(row: dict[str, Any], query: ListQuery) -> list[str]:
    return [str(row.get(query.sort.removeprefix("-"))), row["id"]]


def _place_of(cursor: str | None) -> list[str] | None:
    try:
        return None if cursor is None else list(json.loads(cursor))
    except ValueError:
        detail = "this is not a cursor of ours"
        raise Problem("validation", detail, status=400, errors=[FieldError("?cursor", detail)]) from None


def _queue(name: str, jobs: list[dict[str, Any]]) -> QueueState:
    here = [row for row in jobs if row["queue"] == name]
    lanes = sorted({lane_of(row["priority"]) for row in here}, reverse=True)
    return QueueState(name=name, is_paused=False, lanes=[_lane(lane, here) for lane in lanes], projects=[])


def _lane(lane: int, jobs: list[dict[str, Any]]) -> LaneState:
    here = [row for row in jobs if lane_of(row["priority"]) == lane]
    pending = [row for row in here if row["status"] == "pending" and not row["is_waiting"]]
    waiting = [row["queued_at"] for row in pending if row["not_before"] is None]
    return LaneState(
        lane=lane,
        waiting=len(waiting),
        delayed=len(pending) - len(waiting),
        running=sum(row["status"] == "running" for row in here),
        oldest_queued_at=min(waiting, default=None),
    )


def _of_project(rows: list[dict[str, Any]], project_id: str | None) -> list[dict[str, Any]]:
    return [row for row in rows if project_id in (None, row["project_id"])]


def _matches(row: dict[str, Any], query: ListQuery) -> bool:
    if row.get("is_deleted", False) is not query.deleted:
        return False
    derived = {"sha256": row["content"]["sha256"]} if "content" in row else {}
    found = row | derived
    return all(found.get(name) in _alternatives(wanted) for name, wanted in query.filters.items())


def _alternatives(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _count(rows: list[dict[str, Any]], field: str) -> dict[str, int]:
    return dict(Counter(str(row[field]) for row in rows))


class MemoryRenderer:
    """See `Renderer`. It remembers what was asked for and answers with `frame`, once `may_answer` is set; turn
    `is_there` off to take it away.
    """

    def __init__(self, frame: DrawnFrame) -> None:
        self.frame_made = frame
        self.asked: list[FrameWish] = []
        self.is_there = True
        self.stopped = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def frame(self, wish: FrameWish) -> DrawnFrame:
        if not self.is_there:
            raise Problem("render-unavailable", "the render service was taken away")
        self.asked.append(wish)
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return self.frame_made
