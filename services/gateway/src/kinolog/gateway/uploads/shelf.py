"""Uploads that are under way, kept beside the blobs: any gateway goes on with what another one began.

`uploads/open/<id>/info.json` says what is to come, each further object is a piece of what came. Once an upload is a
job, only `uploads/done/<id>/done.json` is left, which tells so to whoever missed the answer.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Final

from pydantic import BaseModel, ConfigDict

from kinolog.common.blobs import BlobStore
from kinolog.common.staging import Staged
from kinolog.gateway.domain.pieces import Piece, longest_chain, piece_name, piece_named

_INFO: Final = "info.json"
_DONE: Final = "done.json"


class UploadInfo(BaseModel):
    """What was said of an upload. `length` is None until it is known, `metadata` is as it was sent.

    `is_partial` is a part of another one to come; `parts` are the ids of those that this one consists of.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    actor: str
    length: int | None
    metadata: str = ""
    is_partial: bool = False
    parts: tuple[str, ...] = ()


class Finished(BaseModel):
    """An upload that became a job, or a batch that begins with that job."""

    model_config = ConfigDict(frozen=True)

    info: UploadInfo
    job_id: str
    batch_id: str | None = None
    is_known: bool = False

    @property
    def offset(self) -> int:
        return self.info.length or 0


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """`pieces` are those that count, of the `piece_count` that are stored."""

    info: UploadInfo
    pieces: tuple[Piece, ...]
    piece_count: int
    touched_at: datetime

    @property
    def offset(self) -> int:
        """How many bytes have come; those of an upload made of others have come with them."""
        if self.info.parts:
            return self.info.length or 0
        return self.pieces[-1].end if self.pieces else 0

    @property
    def is_complete(self) -> bool:
        return self.offset == self.info.length


State = OpenUpload | Finished


class UploadShelf:
    """Everything here raises StorageFailed."""

    def __init__(self, blobs: BlobStore) -> None:
        self._open = blobs.staging("uploads/open")
        self._done = blobs.staging("uploads/done")

    async def begin(self, info: UploadInfo) -> None:
        """Also to say what was not known before."""
        await self._open.put_bytes(info.id, _INFO, info.model_dump_json().encode())

    async def find(self, upload_id: str) -> OpenUpload | None:
        info = await self._open.read(upload_id, _INFO)
        if info is None:
            return None
        staged = await self._open.contents(upload_id)
        pieces = _pieces(staged)
        touched_at = max(each.modified_at for each in staged)
        return OpenUpload(UploadInfo.model_validate_json(info), longest_chain(pieces), len(pieces), touched_at)

    async def find_finished(self, upload_id: str) -> Finished | None:
        done = await self._done.read(upload_id, _DONE)
        return None if done is None else Finished.model_validate_json(done)

    async def add(self, upload_id: str, start: int, chunks: AsyncIterator[bytes]) -> None:
        """Store a piece. It counts once all of it is durable."""
        await self._open.put(upload_id, piece_name(start, token_hex(4)), chunks)

    async def stream(self, upload: OpenUpload) -> AsyncIterator[bytes]:
        for piece in upload.pieces:
            staged = Staged(piece.name, piece.size_bytes, upload.touched_at)
            async for chunk in self._open.stream(upload.info.id, staged):
                yield chunk

    async def finish(self, done: Finished) -> None:
        """Remember what became of it, then let go of its bytes, and of those of its parts."""
        await self._done.put_bytes(done.info.id, _DONE, done.model_dump_json().encode())
        for upload_id in (done.info.id, *done.info.parts):
            await self._open.remove(upload_id)

    async def remove(self, upload_id: str) -> None:
        await self._open.remove(upload_id)
        await self._done.remove(upload_id)

    async def count(self) -> int:
        """How many are under way."""
        return len(await self._open.groups())

    async def sweep(self, before: datetime, keep: Collection[str]) -> list[str]:
        """Forget those that nothing came for since then, except those in `keep`; which of them were under way."""
        await self._done.sweep(before)
        return await self._open.sweep(before, keep)


def _pieces(staged: list[Staged]) -> list[Piece]:
    found = (piece_named(each.name, each.size_bytes) for each in staged)
    return [piece for piece in found if piece is not None]
