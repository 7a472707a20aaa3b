"""The text of a caption, as jobs read it."""

import asyncio

from kinolog.common.aggregates import Caption
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.subtitles.cue import Cue
from kinolog.common.subtitles.stored import cues_from_json


async def stored_cues(caption: Caption, blobs: BlobStore) -> tuple[Cue, ...]:
    """Raises PermanentError where they are gone or damaged."""
    try:
        return await asyncio.to_thread(cues_from_json, await blobs.read(caption.cues))
    except (BlobMissing, ValueError) as error:
        message = f"The text of the caption {caption.id} cannot be read: make the caption again, or delete it."
        raise PermanentError("caption_unreadable", message, detail=str(error)) from error
