"""A queue's lanes on the log: durable pull consumers on `queued` events, swept from the top.

A hint (`wake.…`) starts a sweep at once; a sweep a second is the safety net, since hints may be early or lost.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from kinolog.common import subjects
from kinolog.common.subjects import EventSubject

_ANSWER_SECONDS: Final = 1.0
_EARLY_HINT_SECONDS: Final = 0.005
_NANOSECONDS: Final = 1_000_000_000
_ONE_MESSAGE: Final = json.dumps({"batch": 1, "no_wait": True}).encode()

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LaneDelivery:
    """See `Delivery`. The acknowledgements are JetStream's, sent to the reply subject of the message."""

    client: Client
    reply: str
    job_id: str
    sequence: int
    traceparent: str | None

    @classmethod
    def of(cls, client: Client, message: Msg) -> "LaneDelivery":
        sequence = int(message.reply.split(".")[-4])
        traceparent = (message.headers or {}).get("traceparent")
        return cls(client, message.reply, EventSubject.parse(message.subject).id, sequence, traceparent)

    async def ack(self) -> None:
        await self._answer(b"+ACK")

    async def hand_back(self, delay_seconds: float) -> None:
        delay = max(0, int(delay_seconds * _NANOSECONDS))
        await self._answer(b"-NAK " + json.dumps({"delay": delay}).encode())

    async def hold(self) -> None:
        await self._answer(b"+WPI")

    async def _answer(self, word: bytes) -> None:
        """An answer that is lost only means another delivery, which the log then settles."""
        try:
            await self.client.publish(self.reply, word)
        except NatsError as error:
            _logger.debug("Could not answer a delivery", job_id=self.job_id, error=repr(error))


class _Lane:
    """One durable consumer. An answer that comes too late waits here for the next sweep; it is never lost."""

    def __init__(self, client: Client, queue: str, number: int, inbox: str) -> None:
        durable = subjects.lane_durable(queue, number)
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{subjects.EVENTS_STREAM}.{durable}"
        self.inbox = inbox
        self._arrived: asyncio.Queue[Msg] = asyncio.Queue()

    async def arrive(self, message: Msg) -> None:
        self._arrived.put_nowait(message)

    async def pull(self) -> LaneDelivery | None:
        if (late := self.leftover()) is not None:
            return late
        await self._client.publish(self._subject, _ONE_MESSAGE, reply=self.inbox)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                message = await self._arrived.get()
        except TimeoutError:
            return None
        return self._delivery(message)

    def leftover(self) -> LaneDelivery | None:
        while not self._arrived.empty():
            if (delivery := self._delivery(self._arrived.get_nowait())) is not None:
                return delivery
        return None

    def _delivery(self, message: Msg) -> LaneDelivery | None:
        """None for a status, such as 404 for an empty lane."""
        is_status = bool(message.headers and message.headers.get("Status"))
        return None if is_status else LaneDelivery.of(self._client, message)


class LaneQueue:
    """See `WorkQueue`."""

    def __init__(self, client: Client, lanes: tuple[_Lane, ...], poll_seconds: float) -> None:
        self._client = client
        self._lanes = lanes
        self._poll_seconds = poll_seconds
        self._woken = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, client: Client, queue: str, poll_seconds: float) -> AsyncIterator["LaneQueue"]:
        lanes = tuple(_Lane(client, queue, number, client.new_inbox()) for number in subjects.LANES_FROM_THE_TOP)
        self = cls(client, lanes, poll_seconds)
        subscriptions = [await client.subscribe(lane.inbox, cb=lane.arrive) for lane in lanes]
        subscriptions.append(await client.subscribe(subjects.wake_filter(queue), cb=self._wake))
        try:
            yield self
        finally:
            if client.is_connected:
                await self._hand_back_leftovers()
                for subscription in subscriptions:
                    await subscription.unsubscribe()

    async def next(self, stopping: asyncio.Event) -> LaneDelivery | None:
        while not stopping.is_set():
            self._woken.clear()  # Before the sweep, never after it: a hint during the sweep must not be forgotten.
            if (delivery := await self._sweep()) is not None:
                return delivery
            await self._wait_for_a_hint(stopping)
        return None

    async def _sweep(self) -> LaneDelivery | None:
        if not self._client.is_connected:
            return None
        for lane in self._lanes:
            try:
                if (delivery := await lane.pull()) is not None:
                    return delivery
            except NatsError:
                return None  # Disconnected with a full buffer: the next sweep tries again.
        return None

    async def _wait_for_a_hint(self, stopping: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(self._woken.wait()), asyncio.ensure_future(stopping.wait())]
        try:
            await asyncio.wait(waits, timeout=self._poll_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._woken.is_set():
            await asyncio.sleep(_EARLY_HINT_SECONDS)  # A few hints in a hundred overtake the consumer's own signal.

    async def _wake(self, _: Msg) -> None:
        self._woken.set()

    async def _hand_back_leftovers(self) -> None:
        for lane in self._lanes:
            while (delivery := lane.leftover()) is not None:
                await delivery.hand_back(0)
