"""Following the log: a pull consumer of our own that is thrown away and made anew at the slightest doubt.

nats-py's ordered consumer needed 17 s to come back after a killed server where this one needs half a second.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from kinolog.common.errors import LogCorrupt, LogError
from kinolog.common.events import RecordedEvent
from kinolog.common.log.api import ask
from kinolog.common.log.arrival import Arrival
from kinolog.common.log.client import listen
from kinolog.common.log.direct import StoredMessage
from kinolog.common.log.entry import entry_of
from kinolog.common.log.port import Batch, Unreadable
from kinolog.common.subjects import EVENTS_STREAM

_PULL_MESSAGES: Final = 1_000
_PULL_EXPIRES_SECONDS: Final = 30
# An idle tail costs the server little but this. Pulls that were lost with their connection are missed sooner.
_HEARTBEAT_SECONDS: Final = 3
_LOOK_SECONDS: Final = 2.5
_SILENT_LOOKS: Final = 3
_FORGOTTEN_AFTER_SECONDS: Final = 60
_RETRY_PAUSE_SECONDS: Final = 0.25
_NANOSECONDS: Final = 1_000_000_000

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """Consecutive messages as they are stored in the stream that was made at a time.

    Of their headers there are at least those that describe an event. `is_caught_up` tells that no later one existed
    when they were sent.
    """

    messages: Sequence[StoredMessage]
    is_caught_up: bool
    stream_created: str


async def follow(client: Client, after: int) -> AsyncIterator[Batch]:
    """Every entry after a sequence, for ever. Raises LogCorrupt where the stream itself has a gap."""
    async with aclosing(follow_stored(client, after)) as batches:
        async for batch in batches:
            entries = tuple(_entry(message) for message in batch.messages)
            yield Batch(entries, batch.is_caught_up, batch.stream_created)


async def follow_stored(client: Client, after: int) -> AsyncGenerator[StoredBatch, None]:
    """As `follow`, without decoding anything."""
    while True:
        try:
            async for batch in _one_consumer(client, after):
                after += len(batch.messages)
                yield batch
        except LogCorrupt:
            raise
        except (NatsError, LogError, TimeoutError) as error:
            _logger.debug("Resuming the tail", after=after, error=repr(error))
        await asyncio.sleep(_RETRY_PAUSE_SECONDS)


class _Position(NamedTuple):
    """Where a delivered message stands: in the stream, in its consumer, and how many follow it."""

    stream: int
    consumer: int
    pending: int

    @classmethod
    def of(cls, message: Arrival) -> "_Position":
        """From the reply `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending>`."""
        _, stream, consumer, _, pending = message.reply.rsplit(".", 4)
        return cls(int(stream), int(consumer), int(pending))


async def _one_consumer(client: Client, after: int) -> AsyncIterator[StoredBatch]:
    """Batches from one short-lived consumer; simply ends when anything about it is in doubt."""
    arrived: asyncio.Queue[Arrival] = asyncio.Queue()
    inbox = client.new_inbox()

    subscription = await listen(client, inbox, arrived.put_nowait)
    name = await _create_consumer(client, after)
    try:
        # Asked for after the consumer was made: one of a stream that is gone by now never delivers anything.
        created = str((await ask(client, f"STREAM.INFO.{EVENTS_STREAM}"))["created"])
        reader = _Reader(arrived, _Pulls(client, name, inbox), created, after)
        while (batch := await reader.next_batch()) is not None:
            yield batch
    finally:
        if client.is_connected:
            with suppress(NatsError, LogError):  # It is forgotten by itself soon after.
                await subscription.unsubscribe()
                await ask(client, f"CONSUMER.DELETE.{EVENTS_STREAM}.{name}")


async def _create_consumer(client: Client, after: int) -> str:
    config = {
        "ack_policy": "none",
        "mem_storage": True,
        "inactive_threshold": _FORGOTTEN_AFTER_SECONDS * _NANOSECONDS,
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": after + 1,
    }
    answer = await ask(client, f"CONSUMER.CREATE.{EVENTS_STREAM}", {"stream_name": EVENTS_STREAM, "config": config})
    return str(answer["name"])


class _Pulls:
    """Keeps enough pull requests open that the server never waits for us."""

    def __init__(self, client: Client, consumer: str, inbox: str) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{EVENTS_STREAM}.{consumer}"
        self._inbox = inbox
        self._open = 0
        self._reconnects = client.stats["reconnects"]

    @property
    def are_gone(self) -> bool:
        """The server forgets them with the connection that they came over."""
        return self._client.stats["reconnects"] != self._reconnects

    def used(self, messages: int) -> None:
        self._open -= messages

    async def top_up(self) -> None:
        while self._open <= _PULL_MESSAGES:
            request = {
                "batch": _PULL_MESSAGES,
                "expires": _PULL_EXPIRES_SECONDS * _NANOSECONDS,
                "idle_heartbeat": _HEARTBEAT_SECONDS * _NANOSECONDS,
            }
            await self._client.publish(self._subject, json.dumps(request).encode(), reply=self._inbox)
            self._open += _PULL_MESSAGES


class _Reader:
    """Turns deliveries into batches and watches that none is missing."""

    def __init__(self, arrived: asyncio.Queue[Arrival], pulls: _Pulls, stream_created: str, after: int) -> None:
        self._arrived = arrived
        self._pulls = pulls
        self._stream_created = stream_created
        self._stream = after
        self._consumer = 0

    async def next_batch(self) -> StoredBatch | None:
        """What has arrived, at least one message; None when the consumer has fallen silent or lost a message."""
        messages: list[StoredMessage] = []
        pending = 0
        await self._pulls.top_up()
        while not messages or (len(messages) < _PULL_MESSAGES and not self._arrived.empty()):
            # Watching the clock for each would cost more than reading it.
            message = await self._next_message() if self._arrived.empty() else self._arrived.get_nowait()
            if status := message.status:
                if not self._goes_on(status, message):
                    return self._batch(messages, is_caught_up=False) if messages else None
                continue
            position = _Position.of(message)
            if position.consumer != self._consumer + 1:
                return self._batch(messages, is_caught_up=False) if messages else None
            messages.append(self._accept(message, position))
            pending = position.pending
        return self._batch(messages, is_caught_up=pending == 0)

    def _batch(self, messages: Sequence[StoredMessage], *, is_caught_up: bool) -> StoredBatch:
        return StoredBatch(messages, is_caught_up, self._stream_created)

    async def _next_message(self) -> Arrival:
        """Raises TimeoutError when none can be expected any more."""
        await self._pulls.top_up()
        for _ in range(_SILENT_LOOKS):
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    return await self._arrived.get()
            if self._pulls.are_gone:
                break
        raise TimeoutError

    def _goes_on(self, status: str, message: Arrival) -> bool:
        """A heartbeat, or a pull that ran out, is no reason to stop."""
        if status == "408":
            self._pulls.used(int(message.headers.get("Nats-Pending-Messages", _PULL_MESSAGES)))
        return status in ("100", "408")

    def _accept(self, message: Arrival, position: _Position) -> StoredMessage:
        if position.stream != self._stream + 1:
            raise LogCorrupt(f"the log jumps from sequence {self._stream} to {position.stream}")
        self._stream, self._consumer = position.stream, position.consumer
        self._pulls.used(1)
        return StoredMessage(position.stream, message.subject, message.event_headers, message.data)


def _entry(stored: StoredMessage) -> RecordedEvent | Unreadable:
    return entry_of(stored.sequence, stored.subject, stored.headers, stored.body)
