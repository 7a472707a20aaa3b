"""Direct gets: many stored messages for one request, read from the stream without a consumer.

nats-py's `request` takes a single answer; a direct get sends many and then a status. Protocol: NATS ADR-31.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from nats.aio.client import Client
from nats.errors import Error as NatsError

from kinolog.common.errors import LogError, LogUnavailable
from kinolog.common.log.arrival import Arrival
from kinolog.common.log.client import listen

_SILENCE_SECONDS: Final = 1.0
END, NOT_FOUND, TOO_MANY, NOBODY = "204", "404", "413", "503"


class TooManySubjects(LogError):
    """The request matches more subjects than the server returns at once."""


class StoredMessage(NamedTuple):
    sequence: int
    subject: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """`pending` is how many more messages match than were sent."""

    messages: tuple[StoredMessage, ...]
    pending: int


class DirectReader:
    """Asks one stream. Answers of concurrent requests are told apart by the last token of their inbox."""

    def __init__(self, client: Client, stream: str, inbox: str) -> None:
        self._client = client
        self._stream = stream
        self._inbox = inbox
        self._numbers = itertools.count()
        self._waiting: dict[str, asyncio.Queue[Arrival]] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, client: Client, stream: str) -> AsyncIterator["DirectReader"]:
        reader = cls(client, stream, client.new_inbox())
        subscription = await listen(client, f"{reader._inbox}.*", reader._deliver)
        try:
            yield reader
        finally:
            if not client.is_closed:
                await subscription.unsubscribe()

    async def get(self, request: dict[str, Any]) -> Answer:
        """Raises LogUnavailable, or TooManySubjects for more than 1,024 of them."""
        token, answers = str(next(self._numbers)), asyncio.Queue[Arrival]()
        self._waiting[token] = answers
        try:
            await self._client.publish(
                f"$JS.API.DIRECT.GET.{self._stream}", json.dumps(request).encode(), reply=f"{self._inbox}.{token}"
            )
            return await self._collect(answers)
        except (NatsError, TimeoutError) as error:
            raise LogUnavailable(f"no answer to a read of {self._stream}: {error!r}") from error
        finally:
            del self._waiting[token]

    async def _collect(self, answers: asyncio.Queue[Arrival]) -> Answer:
        messages: list[StoredMessage] = []
        while True:
            async with asyncio.timeout(_SILENCE_SECONDS):
                message = await answers.get()
            headers = message.headers
            match headers.get("Status"):
                case None:
                    messages.append(_stored(message, headers))
                case str(status) if status == END:
                    return Answer(tuple(messages), int(headers.get("Nats-Num-Pending", 0)))
                case str(status) if status == NOT_FOUND:
                    return Answer(tuple(messages), 0)
                case str(status) if status == TOO_MANY:
                    raise TooManySubjects(f"a read of {self._stream} matches too many subjects")
                case str(status) if status == NOBODY:
                    raise LogUnavailable(
                        f"nobody answers for the stream {self._stream}: the server is starting, or lacks its streams,"
                        " which `kinolog provision` makes"
                    )
                case status:
                    raise LogUnavailable(f"a read of {self._stream} ended with status {status}")

    def _deliver(self, message: Arrival) -> None:
        waiting = self._waiting.get(message.subject.rpartition(".")[2])
        if waiting is not None:
            waiting.put_nowait(message)


def _stored(message: Arrival, headers: dict[str, str]) -> StoredMessage:
    return StoredMessage(int(headers["Nats-Sequence"]), headers["Nats-Subject"], headers, message.data)
