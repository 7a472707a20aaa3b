"""The way out: a proxy on loopback through which every read that a user asks for leaves this machine.

It looks each name up itself, checks every address and connects to what it checked, for each connection anew: redirects,
segments of a stream, embedded players and feeds cannot lead anywhere else, whoever follows them.
"""

import asyncio
import base64
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx2
import structlog

from kinolog.common.errors import PermanentError
from kinolog.ingest.adapters.egress_head import BadHead, Head, parse_head
from kinolog.ingest.adapters.egress_pass import EgressLimits, EgressPass, OverBudget
from kinolog.ingest.adapters.egress_relay import CHUNK_BYTES, Relay, Side, reset
from kinolog.ingest.adapters.guard import Guard
from kinolog.ingest.adapters.pace import TooSlow

_USER: Final = "kinolog"
_TOKEN_BYTES: Final = 32
_ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"

# The same for every reason, so that nobody learns from it what is inside (RFC 9209 names the header).
_REFUSED: Final = ("403 Forbidden", "destination_ip_prohibited")
_UNREACHABLE: Final = ("502 Bad Gateway", "destination_unavailable")

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Egress:
    guard: Guard
    limits: EgressLimits

    @asynccontextmanager
    async def open(self, max_bytes: int) -> AsyncIterator[EgressPass]:
        """A proxy of one's own, with a secret and a budget of its own; what is still open at the end is cut."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        egress_pass = EgressPass("", max_bytes)
        gate = _Gate(self.guard, self.limits, egress_pass, _basic(token))
        server = await asyncio.start_server(gate.accept, "127.0.0.1", 0, limit=self.limits.max_head_bytes)
        port = server.sockets[0].getsockname()[1]
        egress_pass.url = f"http://{_USER}:{token}@127.0.0.1:{port}"
        try:
            yield egress_pass
        finally:
            server.close()
            await gate.end()


def is_unreachable(response: httpx2.Response) -> bool:
    """Whether the way out says this because nobody answered it. A server that says the same is unreachable as well."""
    return response.headers.get("proxy-status") == _status(_UNREACHABLE[1])


def _basic(token: str) -> str:
    return "Basic " + base64.b64encode(f"{_USER}:{token}".encode()).decode()


@dataclass(slots=True)
class _Gate:
    guard: Guard
    limits: EgressLimits
    egress_pass: EgressPass
    authorization: str
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self.limits.max_connections_at_once:
            reset(writer)
            return
        task = asyncio.create_task(self._serve(Side(reader, writer)))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def end(self) -> None:
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, inside: Side) -> None:
        """An answer that did not come to its end must not look as if it had: then the connection is reset."""
        is_whole = False
        try:
            head = await self._asked(inside)
            if head is not None:
                await self._connect_and_relay(head, inside)
            await inside.writer.drain()
            is_whole = True
        except TooSlow as error:
            self.egress_pass.slowest_bytes_per_second = error.bytes_per_second
        except (OSError, OverBudget) as error:
            _logger.debug("A connection outwards ended early", error=repr(error))
        finally:
            if is_whole:
                inside.writer.close()
            else:
                reset(inside.writer)

    async def _asked(self, inside: Side) -> Head | None:
        """None once a request that is not to be served has been answered."""
        try:
            async with asyncio.timeout(self.limits.head_timeout_seconds):
                head = parse_head(await inside.reader.readuntil(b"\r\n\r\n"))
        except (BadHead, asyncio.LimitOverrunError, asyncio.IncompleteReadError) as error:
            _answer(inside, "400 Bad Request", "http_request_error", repr(error)[:200])
            return None
        if not hmac.compare_digest(head.authorization.encode(), self.authorization.encode()):
            _answer(inside, "407 Proxy Authentication Required", "http_request_denied", asking='Basic realm="kinolog"')
            return None
        self.egress_pass.count_connection(self.limits.max_connections)
        return head

    async def _connect_and_relay(self, head: Head, inside: Side) -> None:
        outside = await self._reached(head, inside)
        if outside is None:
            return
        try:
            if head.is_tunnel:
                inside.writer.write(_ESTABLISHED)
            else:
                outside.writer.write(head.forwarded)
            await Relay(inside, outside, self.limits, self.egress_pass).run(None if head.is_tunnel else head.body_bytes)
        finally:
            outside.writer.transport.abort()

    async def _reached(self, head: Head, inside: Side) -> Side | None:
        try:
            return await self._connected(head)
        except PermanentError as refusal:
            self.egress_pass.refuse(head.host, refusal)
            _answer(inside, *_REFUSED, "Kinolog may not connect to this.")
        except OSError as error:
            self.egress_pass.unreachable_count += 1
            _answer(inside, *_UNREACHABLE, str(error)[:200])
        return None

    async def _connected(self, head: Head) -> Side:
        """To the first of the checked addresses that answers. Raises PermanentError, OSError."""
        async with asyncio.timeout(self.limits.connect_timeout_seconds):
            addresses = await self.guard.admit(head.host, head.port)
        failure = OSError("no address")
        for address in addresses:
            try:
                async with asyncio.timeout(self.limits.connect_timeout_seconds):
                    return Side(*await asyncio.open_connection(str(address), head.port, limit=CHUNK_BYTES))
            except OSError as error:
                failure = error
        raise failure


def _answer(inside: Side, status: str, error: str, body: str = "", *, asking: str | None = None) -> None:
    lines = [
        f"HTTP/1.1 {status}",
        f"Proxy-Status: {_status(error)}",
        *([f"Proxy-Authenticate: {asking}"] if asking else []),
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body.encode())}",
        "Connection: close",
    ]
    inside.writer.write("\r\n".join([*lines, "", body]).encode())


def _status(error: str) -> str:
    return f"kinolog; error={error}"
