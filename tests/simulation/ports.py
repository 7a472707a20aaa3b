"""The runtime's ports as one process has them: over its link, in the weather of the plan.

They keep the contracts of the ports they wrap: only errors that those name, only effects that a real server may have.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from simulation.process import Link
from simulation.virtual_time import virtual_clock
from simulation.weather import Fault

from kinolog.common.aggregates.base import Change
from kinolog.common.errors import Conflict, LogUnavailable, OutcomeUnknown
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import PickedBecause
from kinolog.common.log import Batch, Checkpoint, EventLog, Origin, Unreadable
from kinolog.common.worker.memory import MemoryBoard
from kinolog.common.worker.progress import Heartbeat, Presence
from kinolog.common.worker.queue import Delivery

# After this time nothing of what was said before comes any more.
LATEST_SECONDS: Final = 5.0


class FaultyLog:
    """See `EventLog`."""

    def __init__(self, log: EventLog, link: Link, *, may_mistake_itself: bool = True) -> None:
        self._log = log
        self._link = link
        self._may_mistake_itself = may_mistake_itself
        self._late: set[asyncio.Task[None]] = set()

    async def append(self, changes: Sequence[Change], origin: Origin) -> int:
        await self._reach()
        if self._strikes(Fault.APPEND_REFUSED):
            raise LogUnavailable(Fault.APPEND_REFUSED)
        if self._strikes(Fault.APPEND_FORGOTTEN):
            raise OutcomeUnknown(Fault.APPEND_FORGOTTEN)
        if self._strikes(Fault.APPEND_LATE):
            self._append_late(changes, origin)
            raise OutcomeUnknown(Fault.APPEND_LATE)
        sequence = await self._log.append(changes, origin)
        await self._link.cross()
        if self._strikes(Fault.APPEND_UNKNOWN):
            raise OutcomeUnknown(Fault.APPEND_UNKNOWN)
        if self._may_mistake_itself and self._strikes(Fault.APPEND_CONTESTED):
            raise Conflict([change.filter for change in changes])
        return sequence

    async def read(self, kind: str, aggregate_id: str) -> list[RecordedEvent]:
        await self._reach()
        if self._strikes(Fault.READ_REFUSED):
            raise LogUnavailable(Fault.READ_REFUSED)
        events = await self._log.read(kind, aggregate_id)
        if self._strikes(Fault.READ_STALE):
            seen_until = virtual_clock() - timedelta(seconds=self._link.weather.lag_seconds())
            events = [recorded for recorded in events if recorded.occurred_at <= seen_until]
        await self._link.cross()
        return events

    async def births(self, kind: str) -> list[RecordedEvent | Unreadable]:
        await self._reach()
        return await self._log.births(kind)

    async def scan(self, after: int, limit: int) -> Batch:
        await self._reach()
        return await self._log.scan(after, limit)

    async def tail(self, after: int) -> AsyncIterator[Batch]:
        before: Batch | None = None
        async for batch in self._log.tail(after):
            await self._reach()
            if before is not None and self._strikes(Fault.TAIL_REPEATS):
                yield before
            yield self._with_a_gap(batch) if self._strikes(Fault.TAIL_SKIPS) else batch
            before = batch

    async def last_sequence(self) -> int:
        await self._reach()
        return await self._log.last_sequence()

    async def checkpoint(self, sequence: int) -> Checkpoint:
        await self._reach()
        return await self._log.checkpoint(sequence)

    async def verify(self, checkpoint: Checkpoint) -> None:
        await self._reach()
        await self._log.verify(checkpoint)

    def _strikes(self, fault: Fault) -> bool:
        return self._link.weather.strikes(fault)

    async def _reach(self) -> None:
        await self._link.cross()
        if self._link.weather.is_down(_now()):
            raise LogUnavailable("the server is not there")

    def _append_late(self, changes: Sequence[Change], origin: Origin) -> None:
        """What a client still had in its buffer when it gave up waiting."""

        async def append() -> None:
            await asyncio.sleep(self._link.weather.rng.uniform(0, LATEST_SECONDS))
            try:
                await self._log.append(changes, origin)
            except Conflict:
                return

        task = asyncio.create_task(append())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _with_a_gap(self, batch: Batch) -> Batch:
        """Never the last one: a gap can only be noticed by what follows it."""
        if len(batch.entries) < 2:
            return batch
        missing = self._link.weather.rng.randrange(len(batch.entries) - 1)
        return replace(batch, entries=batch.entries[:missing] + batch.entries[missing + 1 :])


class FaultyBoard:
    """See `Board`: it never fails, it only knows less."""

    def __init__(self, board: MemoryBoard, link: Link) -> None:
        self._board = board
        self._link = link

    async def beat(self, heartbeat: Heartbeat) -> None:
        await self._link.cross()
        if not self._is_silent(Fault.BEAT_LOST):
            await self._board.beat(heartbeat)

    async def announce(self, presence: Presence) -> None:
        await self._link.cross()
        if not self._is_silent(Fault.BEAT_LOST):
            await self._board.announce(presence)

    async def last_beat(self, job_id: str) -> Heartbeat | None:
        await self._link.cross()
        return None if self._is_silent(Fault.BOARD_FORGETS) else await self._board.last_beat(job_id)

    async def workers(self) -> list[Presence]:
        await self._link.cross()
        return [] if self._is_silent(Fault.BOARD_FORGETS) else await self._board.workers()

    def _is_silent(self, fault: Fault) -> bool:
        return self._link.weather.is_down(_now()) or self._link.weather.strikes(fault)


@dataclass(frozen=True, slots=True)
class FaultyDelivery:
    """See `Delivery`: its answers may be lost, or come too late to mean what they meant."""

    delivery: Delivery
    link: Link

    @property
    def job_id(self) -> str:
        return self.delivery.job_id

    @property
    def sequence(self) -> int:
        return self.delivery.sequence

    @property
    def picked(self) -> PickedBecause:
        return self.delivery.picked

    @property
    def traceparent(self) -> str | None:
        return self.delivery.traceparent

    def queued(self) -> RecordedEvent | None:
        return self.delivery.queued()

    async def ack(self) -> None:
        if await self._arrives():
            await self.delivery.ack()

    async def hand_back(self, delay_seconds: float) -> None:
        if await self._arrives():
            await self.delivery.hand_back(delay_seconds)

    async def hold(self) -> None:
        if await self._arrives():
            await self.delivery.hold()

    async def _arrives(self) -> bool:
        await self.link.cross()
        weather = self.link.weather
        return not (weather.is_down(_now()) or weather.strikes(Fault.ANSWER_LOST))


def _now() -> float:
    return asyncio.get_running_loop().time()
