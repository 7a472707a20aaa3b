"""The work queue of a simulation: one that all workers share, and what each of them sees of it."""

import asyncio
from typing import Final

from simulation.ports import FaultyDelivery
from simulation.process import Link
from simulation.weather import Fault, Weather

from kinolog.common.log.memory import MemoryLog
from kinolog.common.worker.memory import MemoryDelivery, MemoryQueue

_POLL_SECONDS: Final = 0.25


class DisorderlyQueue(MemoryQueue):
    """Gives out what is there in any order, and some of it twice."""

    def __init__(self, log: MemoryLog, queue: str, lease_seconds: float, weather: Weather) -> None:
        super().__init__(log, queue, lease_seconds, poll_seconds=_POLL_SECONDS)
        self._weather = weather

    def _ready(self) -> list[MemoryDelivery]:
        if self._weather.is_down(asyncio.get_running_loop().time()):
            return []
        ready = super()._ready()
        if self._weather.strikes(Fault.OUT_OF_ORDER):
            self._weather.rng.shuffle(ready)
        return ready

    async def _hand_out(self, delivery: MemoryDelivery) -> None:
        await super()._hand_out(delivery)
        if self._weather.strikes(Fault.DELIVERED_TWICE):
            await delivery.hand_back(0)


class LinkedQueue:
    """See `WorkQueue`. What was on its way to a process that died comes again once its lease has run out."""

    def __init__(self, queue: DisorderlyQueue, link: Link) -> None:
        self._queue = queue
        self._link = link

    async def take(self, most: int, stopping: asyncio.Event) -> list[FaultyDelivery]:
        await self._link.cross()
        taken = await self._queue.take(most, stopping)
        await self._link.cross()
        return [FaultyDelivery(delivery, self._link) for delivery in taken]
