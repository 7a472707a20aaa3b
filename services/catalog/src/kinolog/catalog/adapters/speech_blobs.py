"""Reading the cues of a caption from where they are stored, some at a time."""

import asyncio
from collections.abc import AsyncIterator

from obstore.exceptions import BaseError as StorageError

from kinolog.catalog.domain.cue_stream import CueStream
from kinolog.catalog.domain.spoken import Unreadable
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import BlobMissing, StorageFailed
from kinolog.common.events import BlobRef
from kinolog.common.subtitles import Cue


class BlobCues:
    def __init__(self, blobs: BlobStore, max_bytes: int) -> None:
        self._blobs = blobs
        self._max_bytes = max_bytes

    async def read(self, blob: BlobRef) -> AsyncIterator[list[Cue]]:
        """All cues in order, some at a time. Raises Unreadable, and StorageFailed where it may help to try again."""
        if blob.size_bytes > self._max_bytes:
            raise Unreadable(f"the cues have {blob.size_bytes} bytes, and {self._max_bytes} are read at most")
        stream = CueStream()
        try:
            async for chunk in self._blobs.stream(blob):
                yield await asyncio.to_thread(stream.feed, chunk)
            stream.close()
        except BlobMissing as error:
            raise Unreadable(f"the cues are gone: {error}") from error
        except StorageError as error:
            raise StorageFailed(str(error)) from error
        except ValueError as error:
            raise Unreadable(f"the cues are damaged: {str(error).splitlines()[0]}") from error
