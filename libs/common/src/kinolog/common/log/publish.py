"""One attempt at writing messages: a lone one is a request, several are an atomic batch (NATS ADR-50)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from pydantic_core import from_json

from kinolog.common import ids
from kinolog.common.aggregates.base import Change
from kinolog.common.events import Metadata
from kinolog.common.events.envelope import to_body, to_headers
from kinolog.common.log.api import ApiError
from kinolog.common.subjects import EVENTS_STREAM

_ATTEMPT_TIMEOUT_SECONDS: Final = 2.0


@dataclass(slots=True)
class Message:
    """A change, ready to be published; its event id stays the same however often it is."""

    change: Change
    event_id: str
    subject: str
    filter: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, change: Change, metadata: Metadata) -> "Message":
        headers, aggregate = to_headers(change.event, metadata), change.filter
        headers["Nats-Msg-Id"] = metadata.event_id
        headers["Nats-Expected-Stream"] = EVENTS_STREAM
        headers["Nats-Expected-Last-Subject-Sequence"] = str(change.expected_sequence)
        headers["Nats-Expected-Last-Subject-Sequence-Subject"] = aggregate
        return cls(change, metadata.event_id, str(change.subject), aggregate, headers, to_body(change.event))


async def publish(client: Client, messages: Sequence[Message]) -> int:
    """The sequence of the last message; those before it stand directly before it.

    Raises ApiError when the server refuses them all, and nats-py's errors when no answer came.
    """
    if len(messages) == 1:
        return await _request(client, messages[0], {})
    batch_id = ids.new_id("bat")
    for number, message in enumerate(messages[:-1], start=1):
        headers = message.headers | {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(number)}
        await client.publish(message.subject, message.body, headers=headers)
    last = {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(len(messages)), "Nats-Batch-Commit": "1"}
    return await _request(client, messages[-1], last)


async def _request(client: Client, message: Message, batch: dict[str, str]) -> int:
    reply = await client.request(
        message.subject,
        message.body,
        timeout=_ATTEMPT_TIMEOUT_SECONDS,
        headers=message.headers | batch if batch else message.headers,
    )
    answer: dict[str, Any] = from_json(reply.data)
    if "error" in answer:
        raise ApiError.of(answer["error"])
    return int(answer["seq"])
