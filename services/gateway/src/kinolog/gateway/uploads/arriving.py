"""A request's body on its way into storage: bounded, cut into segments, kept as far as it came when the line breaks."""

import hmac
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect

from kinolog.gateway.edge import too_large
from kinolog.gateway.problems import Problem
from kinolog.gateway.uploads.turns import Turn
from kinolog.gateway.uploads.tus_headers import Checksum


class ArrivingBody:
    """`most_bytes` is the room that is left. `broken` is what ended it too early: a sender that is gone, or silent, or
    that came back with another request.
    """

    def __init__(self, chunks: AsyncIterator[bytes], most_bytes: int, turn: Turn) -> None:
        self._chunks = chunks
        self._most_bytes = most_bytes
        self._turn = turn
        self._pending = b""
        self._is_over = False
        self._received_bytes = 0
        self.broken: Exception | None = None

    @property
    def taken_bytes(self) -> int:
        return self._received_bytes - len(self._pending)

    async def has_more(self) -> bool:
        while not self._pending and not self._is_over:
            await self._read_on()
        return bool(self._pending)

    async def segment(self, most_bytes: int) -> AsyncIterator[bytes]:
        """The next bytes. Raises the problem `payload-too-large` where there is no room for them."""
        left = most_bytes
        while left and await self.has_more():
            taken, self._pending = self._pending[:left], self._pending[left:]
            left -= len(taken)
            yield taken

    async def verified(self, checksum: Checksum) -> AsyncIterator[bytes]:
        """All bytes, of which none may be kept if they are not what was announced. Raises the problem for that."""
        digest = checksum.new_hash()
        async for chunk in self.segment(self._most_bytes + 1):
            digest.update(chunk)
            yield chunk
        if self.broken is not None:
            raise self.broken
        if not hmac.compare_digest(digest.digest(), checksum.digest):
            raise Problem("checksum-mismatch", "these bytes were thrown away: send them again", status=460)

    async def _read_on(self) -> None:
        try:
            async with self._turn.reading():
                chunk = await anext(self._chunks, None)
        except (ClientDisconnect, Problem) as error:
            self.broken, self._is_over = error, True
            return
        self._is_over = chunk is None
        self._pending = chunk or b""
        self._received_bytes += len(self._pending)
        if self._received_bytes > self._most_bytes:
            raise too_large(self._most_bytes)
