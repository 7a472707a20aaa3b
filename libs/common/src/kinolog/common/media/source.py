"""The bytes of a video as a file that programs can read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.worker.context import JobContext


@asynccontextmanager
async def media_file(ctx: JobContext, content: BlobRef) -> AsyncIterator[Path]:
    """Only to be read. Raises PermanentError where the bytes are gone."""
    try:
        async with ctx.blobs.local_file(content, ctx.workdir) as file:
            yield file
    except BlobMissing as error:
        message = "The bytes of this media file are no longer stored: upload the file again."
        raise PermanentError("media_missing", message, detail=str(error)) from error
