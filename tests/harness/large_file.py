"""A film of any size that takes no room: a small one with zeros behind it, which a server gives away in ranges."""

import asyncio
import hashlib
from dataclasses import dataclass

from harness.web_server import ETAG, Asked, head

_CHUNK_BYTES = 256 * 1024
_PAUSE_SECONDS = 0.05


class Padded:
    """An MP4 file with a box at its end that is free space."""

    def __init__(self, film: bytes, total_bytes: int) -> None:
        header = (1).to_bytes(4) + b"free" + (total_bytes - len(film)).to_bytes(8)
        self._beginning, self.total_bytes = film + header, total_bytes

    def part(self, begin: int, end: int) -> bytes:
        known = self._beginning[begin:end]
        return known + bytes(end - begin - len(known))

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for begin in range(0, self.total_bytes, _CHUNK_BYTES):
            digest.update(self.part(begin, min(begin + _CHUNK_BYTES, self.total_bytes)))
        return digest.hexdigest()


@dataclass
class Served:
    """An answer. Once so many bytes were sent as `slow_after` says, it only dribbles."""

    content: Padded
    slow_after: int | None = None
    sent_bytes: int = 0

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        first, last = asked.range
        begin, end = first or 0, self.content.total_bytes if last is None else last + 1
        said = {"Accept_Ranges": "bytes", "ETag": ETAG, "Content_Length": str(end - begin), "Connection": "close"}
        if first is not None:
            said["Content_Range"] = f"bytes {begin}-{end - 1}/{self.content.total_bytes}"
        writer.write(head(200 if first is None else 206, **said))
        while begin < end:
            begin += await self._send(writer, begin, end)

    async def _send(self, writer: asyncio.StreamWriter, begin: int, end: int) -> int:
        size_bytes = min(_CHUNK_BYTES, end - begin)
        if self.slow_after is not None and self.sent_bytes > self.slow_after:
            await asyncio.sleep(_PAUSE_SECONDS)
        writer.write(self.content.part(begin, begin + size_bytes))
        await writer.drain()
        self.sent_bytes += size_bytes
        return size_bytes
