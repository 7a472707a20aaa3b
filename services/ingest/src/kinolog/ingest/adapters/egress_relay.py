"""Passing bytes between somebody inside and a server outside, within limits, until either has had enough."""

import asyncio
import socket
import struct
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Final

from kinolog.ingest.adapters.egress_pass import EgressLimits, EgressPass

CHUNK_BYTES: Final = 256 * 1024


class TooSlow(Exception):
    """The server sends less than is worth waiting for."""


@dataclass(frozen=True, slots=True)
class Side:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@dataclass(slots=True)
class Relay:
    """One connection. What the server sends is timed only while it is waited for: a client may read slowly."""

    inside: Side
    outside: Side
    limits: EgressLimits
    egress_pass: EgressPass
    passed_bytes: int = 0

    async def run(self, body_bytes: int | None) -> None:
        """Returns when the server has ended its answer or the client has left. After `body_bytes` the client has
        nothing more to say; None for a tunnel, in which it may always speak.

        Raises TimeoutError for silence on both sides, TooSlow, OverBudget, OSError.
        """
        clock, idle_seconds = asyncio.get_running_loop().time, self.limits.idle_timeout_seconds
        async with asyncio.timeout(idle_seconds) as patience:

            def is_alive() -> None:
                patience.reschedule(clock() + idle_seconds)

            await _first_of(self._up(body_bytes, is_alive), self._down(clock, is_alive))

    async def _up(self, body_bytes: int | None, is_alive: Callable[[], None]) -> None:
        left = body_bytes
        while left is None or left > 0:
            chunk = await self.inside.reader.read(CHUNK_BYTES if left is None else min(left, CHUNK_BYTES))
            if not chunk:
                return
            left = None if left is None else left - len(chunk)
            await self._pass_on(chunk, self.outside.writer, is_alive)
        # A client that says more than its one request would wait for an answer to that for ever.
        await self.inside.reader.read(1)

    async def _down(self, clock: Callable[[], float], is_alive: Callable[[], None]) -> None:
        waited_seconds, received_bytes = 0.0, 0
        while True:
            began = clock()
            chunk = await self.outside.reader.read(CHUNK_BYTES)
            if not chunk:
                return
            waited_seconds, received_bytes = waited_seconds + clock() - began, received_bytes + len(chunk)
            if waited_seconds >= self.limits.speed_window_seconds:
                if received_bytes < waited_seconds * self.limits.lowest_speed_bytes_per_second:
                    raise TooSlow
                waited_seconds, received_bytes = 0.0, 0
            await self._pass_on(chunk, self.inside.writer, is_alive)

    async def _pass_on(self, chunk: bytes, writer: asyncio.StreamWriter, is_alive: Callable[[], None]) -> None:
        self.passed_bytes += len(chunk)
        if self.passed_bytes > self.limits.max_connection_bytes:
            raise self.egress_pass.over()
        self.egress_pass.count(len(chunk))
        is_alive()
        writer.write(chunk)
        await writer.drain()
        is_alive()


async def _first_of(*directions: Coroutine[None, None, None]) -> None:
    """Raises what the first one that ends raises."""
    tasks = [asyncio.create_task(each) for each in directions]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection so that nobody takes it for the end of an answer."""
    raw: socket.socket | None = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        # A linger of no time at all makes closing a reset.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
