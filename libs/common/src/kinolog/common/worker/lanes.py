"""A queue's lanes on the log: durable pull consumers on `queued` events, swept from the top.

A hint (`wake.…`) says which lane has something new, so that only that one is asked, and a lane is asked again when what
was handed back to it is due. A sweep of all lanes every so often is the safety net: hints may be lost, and what another
worker leaves behind comes without one.
"""

import asyncio
import heapq
import json
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from kinolog.common import subjects
from kinolog.common.events import RecordedEvent
from kinolog.common.events.envelope import from_stored
from kinolog.common.events.job import PickedBecause
from kinolog.common.log.arrival import Arrival
from kinolog.common.log.client import listen
from kinolog.common.worker.wait import loop_time, wait_for_any

_ANSWER_SECONDS: Final = 1.0
# A few hints in a hundred overtake the consumer's own signal: the lane is asked again for this long.
_EAGER_SECONDS: Final = 0.1
_EAGER_PAUSE_SECONDS: Final = 0.004
_NANOSECONDS: Final = 1_000_000_000
# Disconnected with a full buffer: the next sweep tries again.
_COULD_NOT_ASK: Final = "Could not ask a lane"

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LaneDelivery:
    """See `Delivery`. The acknowledgements are JetStream's, sent to the reply subject of the message."""

    lane: "_Lane"
    message: Arrival
    job_id: str
    sequence: int
    is_first: bool
    picked: PickedBecause = PickedBecause.LANE

    @classmethod
    def of(cls, lane: "_Lane", message: Arrival) -> "LaneDelivery":
        """From the reply `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending>`."""
        tokens = message.reply.split(".")
        _, _, job_id, _ = message.subject.split(".", 3)
        return cls(lane, message, job_id, int(tokens[-4]), is_first=tokens[-5] == "1")

    @property
    def traceparent(self) -> str | None:
        return self.message.event_headers.get("traceparent")

    def queued(self) -> RecordedEvent | None:
        if not self.is_first:
            return None
        return from_stored(self.sequence, self.message.subject, self.message.event_headers, self.message.data)

    async def ack(self) -> None:
        await self._answer(b"+ACK")

    async def hand_back(self, delay_seconds: float) -> None:
        delay = max(0, int(delay_seconds * _NANOSECONDS))
        await self._answer(b"-NAK " + json.dumps({"delay": delay}).encode())
        self.lane.expect(delay_seconds)

    async def hold(self) -> None:
        await self._answer(b"+WPI")

    async def _answer(self, word: bytes) -> None:
        """An answer that is lost only means another delivery, which the log then settles."""
        try:
            await self.lane.client.publish(self.message.reply, word)
        except NatsError as error:
            _logger.debug("Could not answer a delivery", job_id=self.job_id, error=repr(error))


class _Lane:
    """One durable consumer. An answer that comes too late waits here for the next sweep; it is never lost."""

    def __init__(self, client: Client, queue: str, number: int) -> None:
        durable = subjects.lane_durable(queue, number)
        self.client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{subjects.EVENTS_STREAM}.{durable}"
        self.inbox = client.new_inbox()
        self._arrived: asyncio.Queue[Arrival] = asyncio.Queue()
        self.may_have_more = True
        self._eager_until = 0.0
        self._expected_at: list[float] = []

    def arrive(self, message: Arrival) -> None:
        self._arrived.put_nowait(message)

    def hint(self) -> None:
        self.may_have_more, self._eager_until = True, loop_time() + _EAGER_SECONDS

    def expect(self, delay_seconds: float) -> None:
        """Something will be delivered again after the delay, to whoever asks then."""
        heapq.heappush(self._expected_at, loop_time() + max(0.0, delay_seconds))

    def look_up(self, now: float) -> None:
        """Notice what is due."""
        while self._expected_at and self._expected_at[0] <= now:
            heapq.heappop(self._expected_at)
            self.hint()

    def next_look_seconds(self, now: float) -> float:
        """When to ask this lane again without a hint."""
        if self._eager_until > now:
            self.may_have_more = True
            return _EAGER_PAUSE_SECONDS
        return self._expected_at[0] - now if self._expected_at else math.inf

    async def pull(self, most: int) -> list[LaneDelivery]:
        """What the lane has, up to `most`; at once, and nothing when it is empty."""
        taken = self.leftovers(most)
        if len(taken) == most:
            return taken
        await self.ask(most - len(taken))
        return taken + await self.answered(most - len(taken))

    async def ask(self, most: int) -> None:
        request = {"batch": most, "no_wait": True}
        await self.client.publish(self._subject, json.dumps(request).encode(), reply=self.inbox)

    async def answered(self, most: int) -> list[LaneDelivery]:
        """What was asked for, or has come too late before."""
        taken: list[LaneDelivery] = []
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                while len(taken) < most:
                    message = await self._arrived.get()
                    if message.status:
                        self.may_have_more = False
                        break
                    taken.append(LaneDelivery.of(self, message))
        except TimeoutError:
            return taken
        if taken:
            self._eager_until = 0.0  # What the hint was of has come.
        return taken

    def leftovers(self, most: int) -> list[LaneDelivery]:
        taken: list[LaneDelivery] = []
        while len(taken) < most and not self._arrived.empty():
            message = self._arrived.get_nowait()
            if not message.status:
                taken.append(LaneDelivery.of(self, message))
        return taken


class LaneQueue:
    """See `WorkQueue`."""

    def __init__(self, client: Client, lanes: tuple[_Lane, ...], poll_seconds: float) -> None:
        self._client = client
        self._lanes = lanes
        self._poll_seconds = poll_seconds
        self._swept_at = 0.0
        self._woken = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, client: Client, queue: str, poll_seconds: float) -> AsyncIterator["LaneQueue"]:
        lanes = tuple(_Lane(client, queue, number) for number in subjects.LANES_FROM_THE_TOP)
        self = cls(client, lanes, poll_seconds)
        subscriptions = [await listen(client, lane.inbox, lane.arrive) for lane in lanes]
        subscriptions.append(await client.subscribe(subjects.wake_filter(queue), cb=self._wake))
        try:
            yield self
        finally:
            if client.is_connected:
                await self._hand_back_leftovers()
                for subscription in subscriptions:
                    await subscription.unsubscribe()

    async def take(self, most: int, stopping: asyncio.Event) -> Sequence[LaneDelivery]:
        while not stopping.is_set():
            if taken := await self.look(most):
                return taken
            await self.wait_for_a_hint(stopping)
        return ()

    async def look(self, most: int) -> Sequence[LaneDelivery]:
        """What is there now, up to `most`."""
        self._woken.clear()  # Before the sweep, never after it: a hint during the sweep must not be forgotten.
        if not self._client.is_connected:
            return ()
        now = loop_time()
        for lane in self._lanes:
            lane.look_up(now)
        if now - self._swept_at < self._poll_seconds:
            return await self._ask_in_turn(most)
        self._swept_at = now
        return await self._sweep(most)

    async def wait_for_a_hint(self, *stopping: asyncio.Event) -> None:
        """Until something may have come, or the next sweep is due."""
        now = loop_time()
        pause = min(self._swept_at + self._poll_seconds - now, *(lane.next_look_seconds(now) for lane in self._lanes))
        await wait_for_any(self._woken, *stopping, seconds=max(0.0, pause))

    async def _sweep(self, most: int) -> list[LaneDelivery]:
        """Ask every lane. Where nothing is expected all are asked at once, which wakes everybody only once."""
        is_quiet = not any(lane.may_have_more for lane in self._lanes)
        for lane in self._lanes:
            lane.may_have_more = True
        return await (self._ask_at_once(most) if is_quiet else self._ask_in_turn(most))

    async def _ask_in_turn(self, most: int) -> list[LaneDelivery]:
        taken: list[LaneDelivery] = []
        try:
            for lane in self._lanes:
                if lane.may_have_more and len(taken) < most:
                    taken += await lane.pull(most - len(taken))
        except NatsError as error:
            _logger.debug(_COULD_NOT_ASK, error=repr(error))
        return taken

    async def _ask_at_once(self, most: int) -> list[LaneDelivery]:
        """Should several lanes have something after all, the least urgent is handed back."""
        taken = [delivery for lane in self._lanes for delivery in lane.leftovers(1)]
        try:
            for lane in self._lanes:
                await lane.ask(1)
            for lane in self._lanes:
                taken += await lane.answered(1)
        except NatsError as error:
            _logger.debug(_COULD_NOT_ASK, error=repr(error))
        for delivery in taken[most:]:
            await delivery.hand_back(0)
        return taken[:most]

    async def _wake(self, message: Msg) -> None:
        number = int(message.subject.rpartition(".")[2])
        for lane in self._lanes[subjects.HIGHEST_LANE - number :][:1]:
            lane.hint()
        self._woken.set()

    async def _hand_back_leftovers(self) -> None:
        for lane in self._lanes:
            for delivery in lane.leftovers(len(self._lanes) * 1_000):
                await delivery.hand_back(0)
