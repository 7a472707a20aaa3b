"""A TCP link that can be damaged: it stands between one client and one server, on the loopback."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

_CHUNK_BYTES = 16 * 1024
_LOOK_SECONDS = 0.02


class Way(Enum):
    """`OUT` runs from the client to the server, `BACK` from the server to the client."""

    OUT = "out"
    BACK = "back"


@dataclass
class Link:
    """What happens to bytes under way. Change it at any time; it counts for open connections too.

    What is sent in a `blocked` way arrives once it is healed, if anybody is still there: TCP sends again what a
    network lost. `bytes_left` breaks the connection once so many more bytes have gone out; `bytes_per_second` and
    `delay_seconds` slow each chunk down.
    """

    blocked: frozenset[Way] = frozenset()
    delay_seconds: float = 0.0
    bytes_per_second: float | None = None
    bytes_left: int | None = None

    def block(self, *ways: Way) -> None:
        """A black hole where no way is named."""
        self.blocked = frozenset(ways or Way)

    def heal(self) -> None:
        self.blocked, self.delay_seconds, self.bytes_per_second, self.bytes_left = frozenset(), 0.0, None, None


@dataclass
class Proxy:
    """Listens on `port` and passes on to the target."""

    target_port: int
    port: int = 0
    link: Link = field(default_factory=Link)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def reset(self) -> None:
        """Break every connection with a TCP reset, as a rebooted router does."""
        for writer in self._open:
            _reset(writer)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._closing(writer):
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
                async with self._closing(far_writer):
                    await _first_of(
                        self._pump(reader, far_writer, Way.OUT),
                        self._pump(far_reader, writer, Way.BACK),
                    )

    @asynccontextmanager
    async def _closing(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        self._open.add(writer)
        try:
            yield
        finally:
            self._open.discard(writer)
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        """Ends when either side does."""
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK_BYTES):
                await self._travel(len(chunk), way)
                writer.write(self._what_passes(chunk, way))
                await writer.drain()
                if self.link.bytes_left == 0 and way is Way.OUT:
                    self.link.bytes_left = None
                    _reset(writer)
                    return

    async def _travel(self, size: int, way: Way) -> None:
        while way in self.link.blocked:  # noqa: ASYNC110  # A test may heal it from anywhere.
            await asyncio.sleep(_LOOK_SECONDS)
        await asyncio.sleep(self.link.delay_seconds)
        if self.link.bytes_per_second is not None:
            await asyncio.sleep(size / self.link.bytes_per_second)

    def _what_passes(self, chunk: bytes, way: Way) -> bytes:
        if self.link.bytes_left is None or way is Way.BACK:
            return chunk
        passing = chunk[: self.link.bytes_left]
        self.link.bytes_left -= len(passing)
        return passing


async def _first_of(*work: Coroutine[None, None, None]) -> None:
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw: socket.socket = writer.get_extra_info("socket")
    # A linger of no time at all makes closing a reset.
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@asynccontextmanager
async def proxy_to(port: int) -> AsyncIterator[Proxy]:
    """A healthy link to a port of this machine, for as long as the block lasts."""
    proxy = Proxy(port)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
