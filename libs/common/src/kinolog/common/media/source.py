"""The bytes of a video as a file that programs can read."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.worker.context import JobContext


def media_file(ctx: JobContext, content: BlobRef) -> AbstractAsyncContextManager[Path]:
    """In the work folder of a job, see `stored_media`."""
    return stored_media(ctx.blobs, content, ctx.workdir)


@asynccontextmanager
async def stored_media(blobs: BlobStore, content: BlobRef, workdir: Path) -> AsyncIterator[Path]:
    """Only to be read. Raises PermanentError where the bytes are gone."""
    try:
        async with blobs.local_file(content, workdir) as file:
            yield file
    except BlobMissing as error:
        message = "The bytes of this media file are no longer stored: upload the file again."
        raise PermanentError("media_missing", message, detail=str(error)) from error
