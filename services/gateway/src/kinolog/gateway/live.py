"""The live view: one tail of the log for all clients, each of which reads along at its own pace.

A client is a position in the log. Ahead of it lies the ring of the newest events, or, where the ring has moved on, the
log itself; so a client gets every event once and in order, however slow it is, and costs no memory for being slow.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from kinolog.common.events import RecordedEvent
from kinolog.common.log import EventLog, Unreadable
from kinolog.common.worker.progress import Heartbeat

SCAN_SIZE: Final = 500

Entry = RecordedEvent | Unreadable


@dataclass(frozen=True, slots=True)
class News:
    """What a client has not seen yet: consecutive events, and of each running job the last progress."""

    events: tuple[RecordedEvent, ...]
    progress: tuple[Heartbeat, ...]


class Live:
    """Run `follow` in a task of its own, then `subscribe`. After `close` every subscription ends."""

    def __init__(self, log: EventLog, *, ring_size: int, progress_queue_size: int) -> None:
        self._log = log
        self._ring: deque[Entry] = deque(maxlen=ring_size)
        self._head = 0
        self._progress_queue_size = progress_queue_size
        self._subscriptions: set[Subscription] = set()
        self.is_closed = False

    async def follow(self, after: int) -> None:
        """Read the log for ever. Raises LogCorrupt at a gap."""
        self._head = after
        self._wake()
        async for batch in self._log.tail(after):
            self._ring.extend(batch.entries)
            self._head = batch.entries[-1].sequence
            self._wake()

    def report(self, heartbeat: Heartbeat) -> None:
        """Pass progress on to everybody who listens now."""
        for subscription in self._subscriptions:
            subscription.note(heartbeat)

    def close(self) -> None:
        self.is_closed = True
        self._wake()

    def subscribe(self, after: int) -> "Subscription":
        """Everything that follows a sequence. Use the subscription as a context manager."""
        return Subscription(self, after, self._progress_queue_size)

    def add(self, subscription: "Subscription") -> None:
        self._subscriptions.add(subscription)

    def remove(self, subscription: "Subscription") -> None:
        self._subscriptions.discard(subscription)

    async def entries_after(self, position: int) -> Sequence[Entry]:
        """At most `SCAN_SIZE` entries that follow a sequence, from memory where they are there; empty at the end."""
        if position >= self._head:
            return ()
        if not self._ring or position + 1 < self._ring[0].sequence:
            return (await self._log.scan(position, SCAN_SIZE)).entries
        begin = position + 1 - self._ring[0].sequence
        return tuple(islice(self._ring, begin, begin + SCAN_SIZE))

    def _wake(self) -> None:
        for subscription in self._subscriptions:
            subscription.wake()


class Subscription:
    """One client's place in the log, and the progress that it has not been told of."""

    def __init__(self, live: Live, position: int, progress_queue_size: int) -> None:
        self._live = live
        self._position = position
        self._progress_queue_size = progress_queue_size
        self._progress: dict[str, Heartbeat] = {}
        self._awake = asyncio.Event()

    def __enter__(self) -> "Subscription":
        self._live.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.remove(self)

    async def next(self) -> News | None:
        """Wait for news. None when the gateway is about to stop."""
        while not self._live.is_closed:
            self._awake.clear()
            entries = await self._live.entries_after(self._position)
            if entries or self._progress:
                return self._take(entries)
            await self._awake.wait()
        return None

    def note(self, heartbeat: Heartbeat) -> None:
        """Progress is lossy: a job's newest replaces its last one, and beyond a number of jobs the oldest goes."""
        self._progress.pop(heartbeat.job_id, None)
        self._progress[heartbeat.job_id] = heartbeat
        if len(self._progress) > self._progress_queue_size:
            del self._progress[next(iter(self._progress))]
        self.wake()

    def wake(self) -> None:
        self._awake.set()

    def _take(self, entries: Sequence[Entry]) -> News:
        progress, self._progress = tuple(self._progress.values()), {}
        if entries:
            self._position = entries[-1].sequence
        return News(tuple(entry for entry in entries if isinstance(entry, RecordedEvent)), progress)
