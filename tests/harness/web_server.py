"""A web server on a real socket that answers as a test wants, well or badly, and remembers what it was asked."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

ETAG = '"film-1"'


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def first_byte(self) -> int | None:
        """Where the range that was asked for begins; None where the whole was asked for."""
        begin, _ = self.range
        return begin

    @property
    def range(self) -> tuple[int | None, int | None]:
        """The first and the last byte that were asked for, as far as they were."""
        first, _, last = self.headers.get("range", "").removeprefix("bytes=").partition("-")
        return int(first) if first else None, int(last) if last else None


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class WebServer:
    """`answers` are given one after another, the last one again and again."""

    url: str
    answers: list[Answer]
    asked: list[Asked] = field(default_factory=list)

    @property
    def ranges(self) -> list[int | None]:
        return [asked.first_byte for asked in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                await self._answer(reader, writer)
                await writer.drain()
            finally:
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.splitlines()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append(Asked(first.split()[1], headers, body))
        await answer(self.asked[-1], writer)


@asynccontextmanager
async def web_server(
    *answers: Answer,
    host: str = "127.0.0.1",
    port: int = 0,
    name: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[WebServer]:
    """Listens on `port` of `host`, or on a free one; its URL shows `name` where one is given."""
    server = WebServer("", list(answers))
    listening = await asyncio.start_server(server.serve, host, port, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://{name or host}:{port}"
    try:
        yield server
    finally:
        listening.close()


def answer_file(
    content: bytes,
    *,
    etag: str | None = ETAG,
    length: int | None = None,
    stop_after: int | None = None,
    headers: Mapping[str, str] | None = None,
    takes_ranges: bool = True,
    then: Callable[[], Awaitable[object]] | None = None,
) -> Answer:
    """A good answer, unless told otherwise: `length` is what it claims, and after so many bytes of the answer it stops.

    `then` is waited for before the connection is closed.
    """

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        first, last = asked.range
        is_part = takes_ranges and first is not None and asked.headers.get("if-range", etag) == etag
        begin, end = (first or 0, len(content) if last is None else last + 1) if is_part else (0, len(content))
        body = content[begin:end]
        said = {"Content-Length": str(len(body) if length is None else length), **(headers or {})}
        said |= {"ETag": etag} if etag else {}
        said |= {"Accept-Ranges": "bytes"} if takes_ranges else {}
        said |= {"Content-Range": f"bytes {begin}-{end - 1}/{len(content)}"} if is_part else {}
        _write_head(writer, 206 if is_part else 200, said)
        writer.write(body[:stop_after])
        await writer.drain()
        if then is not None:
            await then()

    return answer


def answer_reset(content: bytes, after: int) -> Answer:
    """Begins like a good answer and ends like a broken line."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await answer_file(content, stop_after=after)(asked, writer)
        raw: socket.socket = writer.get_extra_info("socket")
        # A linger of no time at all makes closing a reset.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return answer


def answer_status(status: int, body: bytes = b"", **headers: str) -> Answer:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        _write_head(writer, status, {"Content-Length": str(len(body)), **said})
        writer.write(body)

    return answer


def answer_raw(*pieces: bytes, pause_seconds: float = 0.0, for_ever: bool = False) -> Answer:
    """These bytes as they are, slowly where there is a pause; the last piece again and again where it is for ever."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            await _send(writer, piece, pause_seconds)
        while for_ever:
            await _send(writer, pieces[-1], pause_seconds)

    return answer


def head(status: int = 200, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def _write_head(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str]) -> None:
    lines = [f"HTTP/1.1 {status} X", "Connection: close", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())


async def _send(writer: asyncio.StreamWriter, piece: bytes, pause_seconds: float) -> None:
    writer.write(piece)
    await writer.drain()
    await asyncio.sleep(pause_seconds)
