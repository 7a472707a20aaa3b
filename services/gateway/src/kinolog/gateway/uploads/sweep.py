"""Uploads that nobody goes on with are forgotten, by whichever gateway looks first."""

import asyncio
from typing import Final

import structlog

from kinolog.common.errors import StorageFailed
from kinolog.gateway.uploads.resumable import Uploads

_logger: Final = structlog.get_logger(__name__)


async def keep_swept(uploads: Uploads, interval_seconds: float) -> None:
    """Until it is cancelled. A storage that cannot be reached holds nobody up."""
    while True:
        try:
            if count := await uploads.sweep():
                _logger.info("Forgot uploads that had expired", count=count)
        except StorageFailed as error:
            _logger.warning("Cannot look for expired uploads", error=str(error))
        await asyncio.sleep(interval_seconds)
