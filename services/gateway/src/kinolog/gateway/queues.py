"""What waits in the queues, and who is there to take it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from kinolog.common.queries import LaneState, QueueState
from kinolog.common.subjects import LANES_FROM_THE_TOP
from kinolog.common.worker.progress import Presence
from kinolog.gateway.views import Json

MISSED_ANNOUNCEMENTS: Final = 3


class QueueGauge(Protocol):
    async def depths(self, queue: str) -> dict[int, int | None]:
        """How many deliveries wait or are under way, per lane from the top; None where a lane has no consumer."""
        ...


def alive(workers: Iterable[Presence], now: datetime, interval_seconds: float) -> list[Presence]:
    """A worker is there as long as it has not missed three announcements in a row."""
    oldest = now - timedelta(seconds=interval_seconds * MISSED_ANNOUNCEMENTS)
    return [worker for worker in workers if worker.at >= oldest]


def seen_by_catalog(state: QueueState | None, now: datetime) -> Json:
    """Every lane from the top; a queue that the catalog does not mention has nothing in it."""
    known = {lane.lane: lane for lane in state.lanes} if state else {}
    lanes = [_lane(lane, known.get(lane), now) for lane in LANES_FROM_THE_TOP]
    ages = [lane["oldest_age_seconds"] for lane in lanes if lane["oldest_age_seconds"] is not None]
    return {
        "source": "catalog",
        **{name: sum(lane[name] for lane in lanes) for name in ("depth", "waiting", "delayed", "running")},
        "oldest_age_seconds": max(ages, default=None),
        "lanes": lanes,
        "projects": [project.model_dump(mode="json") for project in state.projects] if state else [],
    }


def seen_by_consumers(depths: Mapping[int, int | None]) -> Json:
    """All that is known without the catalog: how many deliveries there are in each lane."""
    unknown = {"waiting": None, "delayed": None, "running": None, "oldest_age_seconds": None}
    return {
        "source": "consumers",
        "depth": sum(depth or 0 for depth in depths.values()),
        **unknown,
        "lanes": [{"lane": lane, "depth": depth, **unknown} for lane, depth in depths.items()],
        "projects": [],
    }


def worker_views(workers: Iterable[Presence], queue: str) -> list[Json]:
    return [worker.model_dump(mode="json") for worker in workers if worker.serves(queue)]


def _lane(lane: int, state: LaneState | None, now: datetime) -> Json:
    if state is None:
        return {"lane": lane, "depth": 0, "waiting": 0, "delayed": 0, "running": 0, "oldest_age_seconds": None}
    oldest = state.oldest_queued_at
    return {
        "lane": lane,
        "depth": state.waiting + state.delayed + state.running,
        **state.model_dump(include={"waiting", "delayed", "running"}),
        "oldest_age_seconds": None if oldest is None else max(0.0, round((now - oldest).total_seconds(), 3)),
    }
