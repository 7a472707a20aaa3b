"""The text of the caption that is burned, or looked at as it would be."""

from kinolog.common.aggregates import Caption
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.subtitles import Cue, cues_from_json


async def cues_of(caption: Caption, blobs: BlobStore) -> tuple[Cue, ...]:
    """Raises PermanentError where it is gone or damaged."""
    try:
        return cues_from_json(await blobs.read(caption.cues))
    except (BlobMissing, ValueError) as error:
        message = f"The text of the caption {caption.id} cannot be read: make the caption again."
        raise PermanentError("caption_unreadable", message, detail=str(error)) from error
