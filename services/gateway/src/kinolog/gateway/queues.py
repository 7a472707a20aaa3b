"""What waits in the queues, and who is there to take it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from kinolog.common.worker.progress import Presence

MISSED_ANNOUNCEMENTS: Final = 3


class QueueGauge(Protocol):
    async def depths(self, queue: str) -> dict[int, int | None]:
        """How many deliveries wait or are under way, per lane from the top; None where a lane has no consumer."""
        ...


def alive(workers: Iterable[Presence], now: datetime, interval_seconds: float) -> list[Presence]:
    """A worker is there as long as it has not missed three announcements in a row."""
    oldest = now - timedelta(seconds=interval_seconds * MISSED_ANNOUNCEMENTS)
    return [worker for worker in workers if worker.at >= oldest]


def queue_view(queue: str, depths: dict[int, int | None], workers: Iterable[Presence]) -> dict[str, Any]:
    return {
        "object": "queue",
        "name": queue,
        "depth": sum(depth or 0 for depth in depths.values()),
        "lanes": [{"lane": lane, "depth": depth} for lane, depth in depths.items()],
        "workers": [worker.model_dump(mode="json") for worker in workers if worker.queue == queue],
    }
