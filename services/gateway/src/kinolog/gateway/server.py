"""uvicorn, which waits for open responses before it stops; ours never end by themselves, so they are ended first."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from kinolog.gateway.live import Live


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the service's affair, which sets `should_exit` when it is to stop."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.close()
        await super().shutdown(sockets)
