"""uvicorn, which waits for open responses before it stops; ours never end by themselves, so they are ended first.

Left to itself it also wakes ten times a second to see whether it is to stop.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from kinolog.common.errors import BadSettings
from kinolog.common.worker.wait import wait_for_any
from kinolog.gateway.live import Live

# The header `Date` is made anew as often, which is as exact as it can be.
_TICK_SECONDS: Final = 1.0


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live
        self._stopping = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Raises BadSettings where it cannot listen; uvicorn has said why by then, and would end the process."""
        try:
            await super().startup(sockets)
        except SystemExit:
            where = f"{self.config.host}:{self.config.port}"
            raise BadSettings(f"KINOLOG_HOST, KINOLOG_PORT: nothing can listen at {where}: choose another") from None

    def stop(self) -> None:
        self.should_exit = True
        self._stopping.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            await wait_for_any(self._stopping, seconds=_TICK_SECONDS)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the service's affair, which calls `stop`."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.close()
        await super().shutdown(sockets)
