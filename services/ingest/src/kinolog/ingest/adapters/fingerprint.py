"""Reading a file to its end to know its bytes."""

import asyncio
import hashlib
from pathlib import Path
from typing import Final

from kinolog.common.media.ask import OnPercent
from kinolog.ingest.domain.fetching import Fingerprint

_CHUNK_BYTES: Final = 4 * 1024 * 1024


async def fingerprint(file: Path, on_percent: OnPercent) -> Fingerprint:
    """In pieces on a thread, so that the service stays awake and a cancellation waits for one piece at most."""
    digest = hashlib.sha256()
    with await asyncio.to_thread(file.open, "rb") as opened:
        total = await asyncio.to_thread(opened.seek, 0, 2)
        opened.seek(0)
        while chunk := await asyncio.to_thread(opened.read, _CHUNK_BYTES):
            await asyncio.to_thread(digest.update, chunk)
            on_percent(min(100.0, 100 * opened.tell() / total))
    return Fingerprint(total, digest.hexdigest())
