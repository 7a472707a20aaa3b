"""What killed processes leave of the blobs that they were writing: bytes under temporary names, which nobody finishes.

Parts of a multipart upload to an object store are not seen here: a lifecycle rule of the bucket ends those.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import structlog

from kinolog.common.blobs import BlobStore
from kinolog.common.clock import Clock, system_clock
from kinolog.common.errors import StorageFailed

_logger: Final = structlog.get_logger(__name__)


@asynccontextmanager
async def sweeping(blobs: BlobStore, hours: float, clock: Clock = system_clock) -> AsyncIterator[None]:
    """Remove, while the block goes on, what has not been written to for so many hours.

    A storage that cannot be reached holds nobody up: whatever is left is swept at the next start.
    """
    task = asyncio.create_task(_sweep(blobs, hours, clock))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def _sweep(blobs: BlobStore, hours: float, clock: Clock) -> None:
    try:
        count = await blobs.sweep(clock() - timedelta(hours=hours))
    except StorageFailed as error:
        _logger.warning("Cannot look for half-written blobs", error=str(error))
        return
    if count:
        _logger.info("Removed half-written blobs of processes that are gone", count=count)
