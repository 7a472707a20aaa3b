"""The platform's live channel: what happens, as it happens, over one WebSocket that is opened again when it breaks."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from kinolog.cli.address import Address
from kinolog.cli.client import Client, Json
from kinolog.cli.errors import ApiRefused, Unreachable

_OPEN_SECONDS: Final = 5
_MESSAGE_BYTES: Final = 2**21
_AGAIN_SECONDS: Final = 0.5
_TRIES: Final = 60

_LAST_WORDS: Final = ("job.completed", "job.failed", "job.cancelled")


async def follow(client: Client, job_id: str) -> AsyncGenerator[Json, None]:
    """All events of a job, those of the past first, and its progress as it goes; ends with the job."""
    last = 0
    for event in await client.job_events(job_id):
        last = event["seq"]
        yield event
    if last and event["type"] in _LAST_WORDS:
        return
    async with aclosing(messages(client.address, since=last)) as news:
        async for message in news:
            if concerns(message, job_id):
                yield message
                if message["type"] in _LAST_WORDS:
                    return


def concerns(message: Json, job_id: str) -> bool:
    """Whether the message is an event or the progress of this job."""
    return message.get("job_id") == job_id or f".{job_id}." in message.get("subject", "")


async def messages(address: Address, since: int | None = None) -> AsyncGenerator[Json, None]:
    """Every message from now on, or from after the sequence `since`; none is missed when the connection breaks.

    Raises ApiRefused when the platform does not let us in, Unreachable when it stays away for half a minute.
    """
    failures = 0
    while True:
        try:
            async with _open(address, since) as socket:
                failures = 0
                async for message in _decoded(socket):
                    since = message.get("seq", since)
                    yield message
        except InvalidStatus as error:
            if error.response.status_code < 500:
                raise ApiRefused(error.response.status_code, f"the live channel said {error}") from error
        except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError) as error:
            if failures >= _TRIES:
                raise Unreachable(f"no answer from {address.url} ({error})") from error
        failures += 1
        await asyncio.sleep(_AGAIN_SECONDS)


def _open(address: Address, since: int | None) -> connect:
    query = f"?{urlencode({'since': since})}" if since is not None else ""
    return connect(
        f"ws{address.url.removeprefix('http')}/v1/ws{query}",
        additional_headers={"Authorization": f"Bearer {address.token}"},
        open_timeout=_OPEN_SECONDS,
        max_size=_MESSAGE_BYTES,
        proxy=None,
    )


async def _decoded(socket: ClientConnection) -> AsyncIterator[Json]:
    async for frame in socket:
        message: Any = json.loads(frame)
        if isinstance(message, dict):
            yield message
