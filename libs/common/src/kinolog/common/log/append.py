"""Appending: expectations per aggregate, atomic batches across aggregates, and finding out what an answer
that never came would have said.

The error codes and the batch headers are those of NATS 2.15 (ADR-50 for batches).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError, OutboundBufferLimitError

from kinolog.common import ids
from kinolog.common.aggregates.base import Change
from kinolog.common.errors import Conflict, LogUnavailable, OutcomeUnknown
from kinolog.common.events import Metadata
from kinolog.common.events.envelope import to_body, to_headers
from kinolog.common.log.api import ApiError
from kinolog.common.subjects import EVENTS_STREAM

_logger: Final = structlog.get_logger(__name__)

# Wrong last sequence (in two spellings), or an id that the stream has seen: ours, or somebody else's event.
_CONTESTED: Final = {10071, 10164, 10201}
# Id still in process, stream not ready, too many requests, lost batch, too many open batches.
_TRY_AGAIN: Final = {10158, 10163, 10167, 10176, 10210}
_ATTEMPT_TIMEOUT_SECONDS: Final = 2.0
_FIRST_PAUSE_SECONDS: Final = 0.02
_LONGEST_PAUSE_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Message:
    """A change, ready to be published; its event id stays the same however often it is."""

    change: Change
    event_id: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, change: Change, metadata: Metadata) -> "Message":
        expectation = {
            "Nats-Msg-Id": metadata.event_id,
            "Nats-Expected-Stream": EVENTS_STREAM,
            "Nats-Expected-Last-Subject-Sequence": str(change.expected_sequence),
            "Nats-Expected-Last-Subject-Sequence-Subject": change.filter,
        }
        headers = to_headers(change.event, metadata) | expectation
        return cls(change, metadata.event_id, headers, to_body(change.event))


FindStored = Callable[[Message], Awaitable[int | None]]


class Appender:
    """Publishes messages until their outcome is certain or the deadline has passed.

    `find_stored` tells the sequence under which a message is in the log, if it is.
    """

    def __init__(self, client: Client, find_stored: FindStored, deadline_seconds: float) -> None:
        self._client = client
        self._find_stored = find_stored
        self._deadline_seconds = deadline_seconds

    async def append(self, messages: Sequence[Message]) -> int:
        """The sequence of the last message. All of them are written, or none."""
        clock = asyncio.get_running_loop().time
        deadline, pause, is_unsure = clock() + self._deadline_seconds, _FIRST_PAUSE_SECONDS, False
        while clock() < deadline:
            try:
                return await self._publish(messages)
            except ApiError as error:
                if error.err_code in _CONTESTED:
                    return await self._sequence_or_conflict(messages)
                if not _is_passing(error):
                    raise
            except (NoRespondersError, OutboundBufferLimitError) as error:
                _logger.debug("Nobody took the append", error=repr(error))
            except (NatsError, TimeoutError):
                is_unsure = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        raise OutcomeUnknown("no acknowledgement came") if is_unsure else LogUnavailable("the log takes no appends")

    async def _publish(self, messages: Sequence[Message]) -> int:
        if len(messages) == 1:
            return await self._request(messages[0], {})
        batch_id = ids.new_id("bat")
        for number, message in enumerate(messages[:-1], start=1):
            headers = message.headers | {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(number)}
            await self._client.publish(str(message.change.subject), message.body, headers=headers)
        last = {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(len(messages)), "Nats-Batch-Commit": "1"}
        return await self._request(messages[-1], last)

    async def _request(self, message: Message, batch: dict[str, str]) -> int:
        reply = await self._client.request(
            str(message.change.subject),
            message.body,
            timeout=_ATTEMPT_TIMEOUT_SECONDS,
            headers=message.headers | batch,
        )
        answer: dict[str, Any] = json.loads(reply.data)
        if "error" in answer:
            raise ApiError.of(answer["error"])
        return int(answer["seq"])

    async def _sequence_or_conflict(self, messages: Sequence[Message]) -> int:
        """An earlier try may have been stored although its acknowledgement never came."""
        sequence = await self._find_stored(messages[-1])
        if sequence is None:
            raise Conflict([f"{message.change.kind} {message.change.id}" for message in messages])
        return sequence


def _is_passing(error: ApiError) -> bool:
    return error.err_code in _TRY_AGAIN or error.code in (429, 503)
