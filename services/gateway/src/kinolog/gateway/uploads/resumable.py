"""Resumable uploads: begun, added to in as many requests as it takes, and looked up by whoever lost the thread."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from kinolog.common.clock import Clock
from kinolog.common.errors import StorageFailed
from kinolog.gateway.desk import Desk
from kinolog.gateway.naming import live_project
from kinolog.gateway.problems import FieldError, Problem, not_found
from kinolog.gateway.quota import Quotas
from kinolog.gateway.uploads.arriving import ArrivingBody
from kinolog.gateway.uploads.disk import UploadDisk
from kinolog.gateway.uploads.shelf import OpenUpload, State, UploadInfo, UploadShelf
from kinolog.gateway.uploads.turns import UploadTurns
from kinolog.gateway.uploads.tus_headers import Checksum, metadata_of
from kinolog.gateway.uploads.wish import wish_of

UPLOAD_PREFIX: Final = "upl"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    most_bytes: int
    segment_bytes: int
    most_pieces: int
    most_open: int
    expiry: timedelta


@dataclass(frozen=True, slots=True)
class Uploads:
    """Those that are under way, and those that came to an end not long ago."""

    shelf: UploadShelf
    turns: UploadTurns
    desk: Desk
    quotas: Quotas
    disk: UploadDisk
    limits: UploadLimits
    clock: Clock

    async def begin(self, info: UploadInfo) -> OpenUpload:
        """Raises the problem with what was announced, or that there are too many already.

        The length of one that is made of others is that of those.
        """
        if info.parts:
            parts = await self.parts(info.parts, info.actor)
            info = info.model_copy(update={"length": sum(part.offset for part in parts)})
        if info.length is not None:
            self._refuse_length(info.length)
            await self._refuse_without_room(info, info.length)
        if await self.shelf.count() >= self.limits.most_open:
            raise Problem("too-many-uploads", f"finish or delete some of the {self.limits.most_open} first")
        if info.is_partial:
            metadata_of(info.metadata)
        else:
            await live_project(self.desk, wish_of(info.metadata).project_id)
            await self._take_room(info)
        try:
            await self.shelf.begin(info)
        except StorageFailed:
            self.quotas.release(info.id)
            raise
        return await self._reload(info.id)

    async def find(self, upload_id: str, actor: str) -> State | None:
        """None also for what is another caller's, or has expired."""
        # In this order: the bytes of what is finished may be half removed.
        found = await self.shelf.find_finished(upload_id) or await self.shelf.find(upload_id)
        if found is None or found.info.actor != actor:
            return None
        is_expired = isinstance(found, OpenUpload) and self.expires_at(found) < self.clock()
        return None if is_expired else found

    async def load(self, upload_id: str, actor: str) -> State:
        """As `find`. Raises the problem `not-found`."""
        found = await self.find(upload_id, actor)
        if found is None:
            raise not_found("upload", upload_id)
        return found

    def expires_at(self, upload: OpenUpload) -> datetime:
        return upload.touched_at + self.limits.expiry

    def room(self, upload: OpenUpload) -> int:
        """How many bytes may still come."""
        length = self.limits.most_bytes if upload.info.length is None else upload.info.length
        return length - upload.offset

    async def measure(self, upload: OpenUpload, length: int | None) -> OpenUpload:
        """Take the length that was put off until now, where there is one. Raises the problem with it."""
        if length is None or length == upload.info.length:
            return upload
        if upload.info.length is not None or length < upload.offset:
            detail = "it is known already, or more bytes have come than that"
            raise Problem("conflict", f"Upload-Length: {detail}", errors=[FieldError("Upload-Length:", detail)])
        self._refuse_length(length)
        info = upload.info.model_copy(update={"length": length})
        await self._refuse_without_room(info, length - upload.offset)
        if not info.is_partial:
            await self._take_room(info)
        await self.shelf.begin(info)
        return replace(upload, info=info)

    async def append(self, upload: OpenUpload, body: ArrivingBody, checksum: Checksum | None) -> OpenUpload:
        """Store what comes. Raises what broke the body, after what came before that was stored.

        With a checksum the body counts as a whole or, as the problem `checksum-mismatch` says, not at all.
        """
        if upload.piece_count >= self.limits.most_pieces:
            raise Problem("conflict", f"it came in {upload.piece_count} pieces: begin again, and send larger ones")
        self._keep_room(upload.info)
        if checksum is not None:
            await self.shelf.add(upload.info.id, upload.offset, body.verified(checksum))
        while await body.has_more():
            start = upload.offset + body.taken_bytes
            await self.shelf.add(upload.info.id, start, body.segment(self.limits.segment_bytes))
        if body.broken is not None:
            raise body.broken
        return await self._reload(upload.info.id)

    async def parts(self, upload_ids: tuple[str, ...], actor: str) -> list[OpenUpload]:
        """The complete parts of an upload to be. Raises the problem `conflict` for the first that is not one."""
        found = [await self.find(upload_id, actor) for upload_id in upload_ids]
        parts = [part for part in found if isinstance(part, OpenUpload) and part.info.is_partial and part.is_complete]
        if len(parts) != len(upload_ids):
            complete = {part.info.id for part in parts}
            lacking = next(upload_id for upload_id in upload_ids if upload_id not in complete)
            detail = f"{lacking} is not a partial upload of which all bytes have come"
            raise Problem("conflict", detail, errors=[FieldError("Upload-Concat:", detail)])
        return parts

    async def remove(self, upload_id: str) -> None:
        """Whatever there is of it; a job that it became goes on."""
        await self.shelf.remove(upload_id)
        self.quotas.release(upload_id)

    async def sweep(self) -> int:
        """Forget what has expired; how many of those were under way."""
        swept = await self.shelf.sweep(self.clock() - self.limits.expiry, self.turns.taken)
        for upload_id in swept:
            self.quotas.release(upload_id)
        return len(swept)

    async def _refuse_without_room(self, info: UploadInfo, coming_bytes: int) -> None:
        """Its pieces lie beside the blob that they become, until it is whole. What is made of others has theirs."""
        pieces_bytes, blob_bytes = 0 if info.parts else coming_bytes, 0 if info.is_partial else info.length or 0
        header = "Upload-Concat" if info.parts else "Upload-Length"
        await self.disk.refuse_beyond(pieces_bytes + blob_bytes, header)

    async def _take_room(self, info: UploadInfo) -> None:
        """Keep room for what is still to come. Raises the problem `quota-exceeded`."""
        project_id = wish_of(info.metadata).project_id
        await self.quotas.refuse_over_quota(project_id, info.length or 0, holder=info.id)

    def _keep_room(self, info: UploadInfo) -> None:
        """Also after a restart of the gateway, which remembers nothing of it."""
        if info.length is not None and not info.is_partial:
            self.quotas.hold(info.id, wish_of(info.metadata).project_id, info.length)

    async def _reload(self, upload_id: str) -> OpenUpload:
        upload = await self.shelf.find(upload_id)
        if upload is None:
            raise not_found("upload", upload_id)
        return upload

    def _refuse_length(self, length: int) -> None:
        if length > self.limits.most_bytes:
            detail = f"an upload may have {self.limits.most_bytes} bytes at most"
            raise Problem("payload-too-large", detail, errors=[FieldError("Upload-Length:", detail)])
        if length == 0:
            raise Problem("media-corrupt", "the file is empty", errors=[FieldError("Upload-Length:", "send a file")])
