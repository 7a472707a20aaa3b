"""A client that follows the log by Server-Sent Events, comes back whenever it is cut off, and notes what it sees."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx2

from harness.history import History, now
from kinolog.common.audit.client_lines import HistoryLine

# Longer than a gateway is silent to those who follow it.
_SILENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.1


@dataclass
class Follower:
    """`position` is the sequence of the last event it was shown, `connections` how often it had to begin."""

    history: History
    client: httpx2.AsyncClient
    position: int = 0
    connections: int = 0

    async def run(self) -> None:
        while True:
            with suppress(httpx2.HTTPError):
                await self._follow()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _follow(self) -> None:
        name = self.history.begin(path="/v1/events", since=self.position)
        headers, told = {"Accept": "text/event-stream"}, {"since": self.position}
        self.connections += 1
        request = self.client.stream("GET", "/v1/events", headers=headers, params=told, timeout=_SILENCE_SECONDS)
        async with request as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    self._see(name, line.removeprefix("data: "))

    def _see(self, name: str, data: str) -> None:
        event = json.loads(data)
        self.position = event["seq"]
        self.history.write(
            HistoryLine(request=name, outcome="seen", at=now(), sequence=event["seq"], event=event["id"])
        )


@asynccontextmanager
async def following(history: History, client: httpx2.AsyncClient) -> AsyncIterator[Follower]:
    """Somebody who follows the log from its beginning for the time of the block."""
    follower = Follower(history, client)
    task = asyncio.create_task(follower.run())
    try:
        yield follower
    finally:
        task.cancel()
        await asyncio.wait([task])
