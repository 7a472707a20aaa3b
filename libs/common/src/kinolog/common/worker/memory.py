"""Doubles of the work queue and the progress board, over the log in memory."""

import asyncio
from dataclasses import dataclass
from typing import Final

from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobQueued, PickedBecause
from kinolog.common.log.memory import MemoryLog
from kinolog.common.worker.progress import Heartbeat, Presence
from kinolog.common.worker.wait import loop_time

_POLL_SECONDS: Final = 0.002


@dataclass(slots=True)
class MemoryDelivery:
    """See `Delivery`. `available_at` is when it is delivered again, in the event loop's time."""

    queue: "MemoryQueue"
    job_id: str
    sequence: int
    lane: int
    event: RecordedEvent
    picked: PickedBecause = PickedBecause.LANE
    available_at: float = 0.0
    deliveries: int = 0

    @property
    def traceparent(self) -> str | None:
        return self.event.metadata.traceparent

    def queued(self) -> RecordedEvent | None:
        return self.event if self.deliveries == 1 else None

    async def ack(self) -> None:
        self.queue.waiting.pop(self.sequence, None)

    async def hand_back(self, delay_seconds: float) -> None:
        self.available_at = loop_time() + delay_seconds

    async def hold(self) -> None:
        self.available_at = loop_time() + self.queue.lease_seconds


class MemoryQueue:
    """See `WorkQueue`. What is not acknowledged is delivered again once its lease has run out."""

    def __init__(
        self, log: MemoryLog, queue: str, lease_seconds: float, *, poll_seconds: float = _POLL_SECONDS
    ) -> None:
        self.lease_seconds = lease_seconds
        self.waiting: dict[int, MemoryDelivery] = {}
        self._log = log
        self._queue = queue
        self._poll_seconds = poll_seconds
        self._seen = 0

    async def take(self, most: int, stopping: asyncio.Event) -> list[MemoryDelivery]:
        while not stopping.is_set():
            await self._look_for_new()
            if ready := self._ready()[:most]:
                for delivery in ready:
                    await self._hand_out(delivery)
                return ready
            await asyncio.sleep(self._poll_seconds)
        return []

    def _ready(self) -> list[MemoryDelivery]:
        ready = (delivery for delivery in self.waiting.values() if delivery.available_at <= loop_time())
        return sorted(ready, key=lambda delivery: (-delivery.lane, delivery.sequence))

    async def _hand_out(self, delivery: MemoryDelivery) -> None:
        delivery.deliveries += 1
        await delivery.hold()

    async def _look_for_new(self) -> None:
        batch = await self._log.scan(self._seen, limit=10_000)
        self._seen += len(batch.entries)
        for entry in batch.entries:
            if isinstance(entry, RecordedEvent) and isinstance(entry.event, JobQueued):
                self._accept(entry, entry.event)

    def _accept(self, entry: RecordedEvent, event: JobQueued) -> None:
        if event.queue == self._queue:
            self.waiting[entry.sequence] = MemoryDelivery(self, entry.subject.id, entry.sequence, event.lane, entry)


class MemoryBoard:
    """See `Board`."""

    def __init__(self) -> None:
        self._beats: dict[str, Heartbeat] = {}
        self._workers: dict[str, Presence] = {}

    async def beat(self, heartbeat: Heartbeat) -> None:
        self._beats[heartbeat.job_id] = heartbeat

    async def announce(self, presence: Presence) -> None:
        self._workers[presence.id] = presence

    async def last_beat(self, job_id: str) -> Heartbeat | None:
        return self._beats.get(job_id)

    async def workers(self) -> list[Presence]:
        return list(self._workers.values())
