"""Taking turns: a queue whose jobs are given out in the order that the catalog advises, while it does.

Without advice, or with one that has grown old, the lanes are taken as they come. A job taken out of turn stays in its
lane until that is swept again, and is then found to be done or in other hands.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from kinolog.common import subjects
from kinolog.common.clock import system_clock
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import PickedBecause
from kinolog.common.worker.lanes import LaneQueue
from kinolog.common.worker.order import DispatchOrder
from kinolog.common.worker.queue import Delivery
from kinolog.common.worker.wait import loop_time, wait_for_any

_FRESH_SECONDS: Final = 3.0

Advised = Callable[[str], Awaitable[DispatchOrder | None]]

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TurnDelivery:
    """See `Delivery`. Nothing is owed to JetStream for it: its message is still in the lane."""

    turns: "Turns"
    job_id: str
    sequence: int
    picked: PickedBecause
    traceparent: str | None = None

    def queued(self) -> RecordedEvent | None:
        return None

    async def ack(self) -> None:
        return

    async def hand_back(self, delay_seconds: float) -> None:
        self.turns.give_back(self.sequence, delay_seconds)

    async def hold(self) -> None:
        return


class Turns:
    """The newest advice, and until when this worker leaves alone which of its turns."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self._order: DispatchOrder | None = None
        self._received_at = 0.0
        self._taken: dict[int, float] = {}

    @property
    def are_managed(self) -> bool:
        return self._order is not None and self._order.is_managed and loop_time() - self._received_at < _FRESH_SECONDS

    def receive(self, order: DispatchOrder) -> None:
        self._order, self._received_at = order, loop_time()
        named = {turn.queued_sequence for turn in order.turns}
        self._taken = {sequence: until for sequence, until in self._taken.items() if sequence in named}
        self.arrived.set()

    def take(self, most: int) -> list[TurnDelivery]:
        turns = self._order.turns if self._order is not None else ()
        mine = [turn for turn in turns if self._taken.get(turn.queued_sequence, 0.0) <= loop_time()][:most]
        self._taken |= {turn.queued_sequence: math.inf for turn in mine}
        return [TurnDelivery(self, turn.job_id, turn.queued_sequence, turn.because) for turn in mine]

    def give_back(self, sequence: int, delay_seconds: float) -> None:
        """This worker may take the turn again after the delay; others may at any time."""
        self._taken[sequence] = loop_time() + delay_seconds


class FairQueue:
    """See `WorkQueue`."""

    def __init__(self, lanes: LaneQueue, turns: Turns) -> None:
        self._lanes = lanes
        self._turns = turns

    @classmethod
    @asynccontextmanager
    async def open(
        cls, client: Client, queue: str, poll_seconds: float, advised: Advised | None = None
    ) -> AsyncIterator["FairQueue"]:
        """`advised` tells what was advised last, so that a new worker does not begin out of turn."""
        turns = Turns()

        async def hear(message: Msg) -> None:
            try:
                turns.receive(DispatchOrder.model_validate_json(message.data))
            except ValidationError as error:
                _logger.warning("Ignored an order of dispatch that cannot be read", error=str(error))

        async with LaneQueue.open(client, queue, poll_seconds) as lanes:
            subscription = await client.subscribe(subjects.queue_order(queue), cb=hear)
            if advised is not None and (order := await advised(queue)) is not None and _is_fresh(order):
                turns.receive(order)
            try:
                yield cls(lanes, turns)
            finally:
                if client.is_connected:
                    await subscription.unsubscribe()

    async def take(self, most: int, stopping: asyncio.Event) -> Sequence[Delivery]:
        while not stopping.is_set():
            if taken := await self.look(most):
                return taken
            await self.wait(stopping)
        return ()

    async def look(self, most: int) -> Sequence[Delivery]:
        """What is there now, up to `most`."""
        # Whether it manages or not: an order that ends all managing would be news for ever, and wake without an end.
        self._turns.arrived.clear()
        return self._turns.take(most) if self._turns.are_managed else await self._lanes.look(most)

    async def wait(self, stopping: asyncio.Event) -> None:
        """Until it is worth while to look again."""
        if self._turns.are_managed:
            await wait_for_any(self._turns.arrived, stopping, seconds=_FRESH_SECONDS)
        else:
            await self._lanes.wait_for_a_hint(self._turns.arrived, stopping)


def _is_fresh(order: DispatchOrder) -> bool:
    return system_clock() - order.at < timedelta(seconds=_FRESH_SECONDS)
