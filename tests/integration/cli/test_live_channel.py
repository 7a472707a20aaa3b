"""The live channel against a real WebSocket server that hangs up in mid-story."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from kinolog.cli.address import Address
from kinolog.cli.errors import ApiRefused
from kinolog.cli.live import messages

LAST = 6


async def tell_two_and_hang_up(socket: ServerConnection) -> None:
    """The log has six events; each connection tells the two that follow `since`."""
    assert socket.request
    _, _, since = socket.request.path.partition("?since=")
    for seq in range(int(since) + 1, int(since) + 3):
        await socket.send(json.dumps({"seq": seq, "type": "job.started"}))
    await socket.send(json.dumps({"type": "progress", "percent": 1}))


def bouncer(socket: ServerConnection, request: Request) -> Response | None:
    if request.headers.get("Authorization") == "Bearer t":
        return None
    return socket.respond(HTTPStatus.UNAUTHORIZED, "no")


@asynccontextmanager
async def platform(token: str) -> AsyncIterator[Address]:
    async with serve(tell_two_and_hang_up, "127.0.0.1", 0, process_request=bouncer) as server:
        port = server.sockets[0].getsockname()[1]
        yield Address(f"http://127.0.0.1:{port}", token)


async def test_nothing_is_missed_or_told_twice_when_the_connection_breaks() -> None:
    told: list[int] = []
    async with platform("t") as address, aclosing(messages(address, since=0)) as news, asyncio.timeout(20):
        while told[-1:] != [LAST]:
            message = await anext(news)
            told += [message["seq"]] if "seq" in message else []

    assert list(range(1, LAST + 1)) == told


async def test_a_wrong_token_is_not_tried_twice() -> None:
    async with platform("wrong") as address:
        with pytest.raises(ApiRefused) as refusal:
            await anext(messages(address))

    assert HTTPStatus.UNAUTHORIZED == refusal.value.status
