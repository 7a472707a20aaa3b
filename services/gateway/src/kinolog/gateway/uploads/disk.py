"""Whether there is room for an upload, asked before its bytes are sent rather than found out by the last of them."""

from dataclasses import dataclass

from kinolog.common.blobs import BlobStore
from kinolog.common.room import in_words
from kinolog.gateway.problems import FieldError, Problem


@dataclass(frozen=True, slots=True)
class UploadDisk:
    """`reserve_bytes` stay free for whatever else writes there. Of an object store nobody knows how much it takes."""

    blobs: BlobStore
    reserve_bytes: int

    async def refuse_beyond(self, needed_bytes: int, header: str) -> None:
        """Raises the problem `storage-full`; `header` is the one that announced so much."""
        free_bytes = await self.blobs.free_bytes()
        if free_bytes is None or free_bytes >= needed_bytes + self.reserve_bytes:
            return
        kept = f"of which KINOLOG_STORAGE_RESERVE_BYTES keeps {in_words(self.reserve_bytes)}"
        detail = (
            f"it takes {in_words(needed_bytes)} while it comes in, and {in_words(free_bytes)} are free on the disk of "
            f"KINOLOG_BLOBS_URL, {kept}: free some space, or use a larger disk"
        )
        raise Problem("storage-full", detail, errors=[FieldError(f"{header}:", detail)])
