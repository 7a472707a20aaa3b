"""Passing bytes between somebody inside and a server outside, within limits, until either has had enough."""

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Final

from kinolog.common.together import until_one_ends
from kinolog.ingest.adapters.egress_pass import EgressLimits, EgressPass
from kinolog.ingest.adapters.pace import Pace

CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Side:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Relay:
    """One connection. A server is timed while it is waited for; a client may read as slowly as it likes."""

    def __init__(self, inside: Side, outside: Side, limits: EgressLimits, egress_pass: EgressPass) -> None:
        self._inside = inside
        self._outside = outside
        self._limits = limits
        self._pass = egress_pass
        self._clock = asyncio.get_running_loop().time
        self._patience = asyncio.timeout(limits.idle_timeout_seconds)
        self._passed_bytes = 0

    async def run(self, body_bytes: int | None) -> None:
        """Returns when the server has ended its answer. After `body_bytes` the client has nothing more to say; None for
        a tunnel, in which it may always speak.

        Raises OSError where either breaks off, TimeoutError for silence on both sides, TooSlow, OverBudget.
        """
        async with self._patience:
            await until_one_ends(self._up(body_bytes), self._down(is_tunnel=body_bytes is None))

    async def _up(self, body_bytes: int | None) -> None:
        left = body_bytes
        while left is None or left > 0:
            chunk = await self._inside.reader.read(CHUNK_BYTES if left is None else min(left, CHUNK_BYTES))
            if not chunk:
                raise ConnectionAbortedError("the client has left")
            left = None if left is None else left - len(chunk)
            self._count(chunk)
            self._outside.writer.write(chunk)
            await self._outside.writer.drain()
        # A client that says more than its one request would wait for an answer to that for ever.
        await self._inside.reader.read(1)
        raise ConnectionAbortedError("the client has left, or wants something else")

    async def _down(self, *, is_tunnel: bool) -> None:
        if not is_tunnel:
            self._inside.writer.write(await self._status_line())
        lowest, window_seconds = self._limits.lowest_speed_bytes_per_second, self._limits.speed_window_seconds
        pace, began = Pace(lowest_bytes_per_second=lowest, window_seconds=window_seconds), self._clock()
        while chunk := await self._outside.reader.read(CHUNK_BYTES):
            pace.note(len(chunk), self._clock() - began)
            self._count(chunk)
            self._inside.writer.write(chunk)
            self._patience.reschedule(None)
            await self._inside.writer.drain()
            began = self._clock()
            self._patience.reschedule(began + self._limits.idle_timeout_seconds)

    async def _status_line(self) -> bytes:
        """With word that this connection carries no other answer: servers may say otherwise. Raises OSError."""
        try:
            line = await self._outside.reader.readline()
        except ValueError as error:
            raise OSError("an answer without a first line") from error
        self._count(line)
        return line + b"Connection: close\r\n" if line.startswith(b"HTTP/1.") else line

    def _count(self, chunk: bytes) -> None:
        """Raises OverBudget."""
        self._patience.reschedule(self._clock() + self._limits.idle_timeout_seconds)
        self._passed_bytes += len(chunk)
        if self._passed_bytes > self._limits.max_connection_bytes:
            raise self._pass.over()
        self._pass.count(len(chunk))


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection so that nobody takes it for the end of an answer."""
    raw: socket.socket | None = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        # A linger of no time at all makes closing a reset.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
