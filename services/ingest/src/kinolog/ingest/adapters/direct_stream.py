"""One connection of a direct download: asking for a piece of a file, and storing what comes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import httpx2

from kinolog.common.clock import system_clock
from kinolog.common.errors import WorkError
from kinolog.ingest.adapters.asking import Asking
from kinolog.ingest.adapters.direct_file import DirectFile
from kinolog.ingest.adapters.http_answer import first_byte, refusal, refuse_encoded, source_of
from kinolog.ingest.adapters.pace import Throttle
from kinolog.ingest.domain.fetching import FetchLimits, Source
from kinolog.ingest.domain.pieces import Piece, Plan, piece_bytes_for

_BUFFER_BYTES: Final = 1024 * 1024
_LONGEST_UNSTORED_SECONDS: Final = 1.0
# A range, the whole in its place, and the news that there is no such range.
_OF_RANGES: Final = (200, 206, 416)


class Broken(Exception):
    """The connection ended before it had brought what was to come."""


class Unreliable(Exception):
    """What the server says of the file does not fit together: nothing of it can be added to."""


@dataclass(frozen=True, slots=True)
class Stream:
    """`on_arrival` is called for whatever comes, and `on_stored` is told how many bytes more are on disk."""

    asking: Asking
    file: DirectFile
    throttle: Throttle
    on_arrival: Callable[[], None]
    on_stored: Callable[[int], Awaitable[None]]

    async def begin(self, connections: int, on_planned: Callable[[], None]) -> None:
        """Ask for the file as a whole, plan what to receive of it by how many connections, and receive the beginning.

        Raises WorkError, Broken, TransportError, TimeoutError.
        """
        url = self.file.source.url
        async with self.asking.answered(url, {}) as response:
            if response.status_code != httpx2.codes.OK:
                raise _refusal(response, self._limits)
            self.file.source = self._taken(source_of(url, response.status_code, response.headers), response)
            self.file.plan = _plan(self.file.source, response, connections, self._limits)
            piece = self.file.plan.take()
            on_planned()
            if piece is not None:
                try:
                    await self._store(response, piece)
                finally:
                    piece.is_taken = False

    async def go_on(self, piece: Piece) -> None:
        """Receive the rest of a piece. Raises WorkError, Broken, Unreliable, TransportError, TimeoutError."""
        async with self.asking.answered(self.file.source.url, self._wanted(piece)) as response:
            if response.status_code not in _OF_RANGES:
                raise _refusal(response, self._limits)
            found = source_of(self.file.source.url, response.status_code, response.headers)
            if not self._is_wanted(piece, found, response):
                said = response.headers.get("content-range", "no range")[:100]
                raise Unreliable(f"The server gave another range than was asked for: {response.status_code}, {said}")
            self._taken(found, response)
            await self._store(response, piece)

    @property
    def _limits(self) -> FetchLimits:
        return self.asking.limits

    def _wanted(self, piece: Piece) -> dict[str, str]:
        last = "" if piece.end is None else str(piece.end - 1)
        return {"Range": f"bytes={piece.position}-{last}", "If-Range": self.file.source.validator or ""}

    def _is_wanted(self, piece: Piece, found: Source, response: httpx2.Response) -> bool:
        """A server that heeds `If-Range` need not repeat what it was asked for."""
        known = self.file.source
        if response.status_code != httpx2.codes.PARTIAL_CONTENT or first_byte(response.headers) != piece.position:
            return False
        is_same_size = None in (found.total_bytes, known.total_bytes) or found.total_bytes == known.total_bytes
        return is_same_size and found.validator in (None, known.validator)

    def _taken(self, found: Source, response: httpx2.Response) -> Source:
        """Raises PermanentError for what is packed or too large."""
        refuse_encoded(response.headers)
        self._limits.refuse_too_large(found.total_bytes or 0)
        return found

    async def _store(self, response: httpx2.Response, piece: Piece) -> None:
        """To the end of the piece, though the server may send more; what came before a break is stored as well."""
        pending, clock = bytearray(), asyncio.get_running_loop().time
        stored_at, patience_seconds = clock(), min(_LONGEST_UNSTORED_SECONDS, self._limits.checkpoint_interval_seconds)
        try:
            async for chunk in response.aiter_raw():
                self.on_arrival()
                await self.throttle.take(len(chunk))
                pending += chunk[: piece.room(len(pending) + len(chunk)) - len(pending)]
                self._limits.refuse_too_large(piece.position + len(pending))
                if len(pending) >= _BUFFER_BYTES or clock() - stored_at >= patience_seconds:
                    stored_at = clock()
                    await self._keep(piece, pending)
                if piece.end is not None and piece.position + len(pending) >= piece.end:
                    break
        finally:
            await self._keep(piece, pending)
        _end(piece)

    async def _keep(self, piece: Piece, pending: bytearray) -> None:
        received = bytes(pending)
        pending.clear()
        await self.file.store(piece, received)
        await self.on_stored(len(received))


def _plan(source: Source, response: httpx2.Response, connections: int, limits: FetchLimits) -> Plan:
    takes_ranges = source.validator is not None and response.headers.get("accept-ranges", "").lower() == "bytes"
    least_bytes = limits.least_piece_bytes
    usable = connections if takes_ranges else 1
    return Plan(source.total_bytes, piece_bytes_for(source.total_bytes, connections=usable, least_bytes=least_bytes))


def _end(piece: Piece) -> None:
    """Raises Broken where something is still to come."""
    if piece.end is None:
        piece.end = piece.position
    if not piece.is_complete:
        raise Broken(f"The server ended at byte {piece.position} of {piece.end}")


def _refusal(response: httpx2.Response, limits: FetchLimits) -> WorkError:
    wait = limits.longest_retry_after_seconds
    return refusal(response.status_code, response.headers, now=system_clock(), longest_wait_seconds=wait)
