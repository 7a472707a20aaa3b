"""Receiving an upload: the form's fields checked, its file stored while it arrives and hashed on the way."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from pydantic import ValidationError

from kinolog.common.blobs import BlobStore, Stored
from kinolog.common.errors import StorageFailed
from kinolog.common.jobs import UploadInput
from kinolog.gateway.filename import clean_filename
from kinolog.gateway.problems import Problem, invalid
from kinolog.gateway.ready_made import CAPTION_AND_BURN
from kinolog.gateway.translation import problem_of_validation
from kinolog.gateway.uploads.multipart import Multipart, Part

TEXT_FIELDS: Final = ("project_id", "title", "pipeline")
LONGEST_FIELD_BYTES: Final = 4_000

CheckProject = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Upload:
    """What a complete form came to."""

    project_id: str
    input: UploadInput
    pipeline: str | None = None


@dataclass(frozen=True, slots=True)
class _StoredFile:
    filename: str
    stored: Stored


async def receive(form: Multipart, blobs: BlobStore, check_project: CheckProject, sha256: str | None) -> Upload:
    """Read the whole form. The project is checked before the file is read where the form names it first.

    `sha256` is what the caller says the file's hash is. Raises problems; whatever it raises, no blob is left behind
    that was not complete.
    """
    fields: dict[str, str] = {}
    stored: _StoredFile | None = None
    while (part := await form.next_part()) is not None:
        _refuse_unknown(part, fields, stored)
        if part.name == "file":
            stored = await _store(form, part, blobs, sha256)
            continue
        fields[part.name] = await form.text(LONGEST_FIELD_BYTES, part.name)
        if part.name == "project_id":
            await check_project(fields["project_id"])
        if part.name == "pipeline" and fields["pipeline"] != CAPTION_AND_BURN:
            raise invalid("/pipeline", f"there is only {CAPTION_AND_BURN}")
    return _complete(fields, stored)


def _refuse_unknown(part: Part, fields: dict[str, str], stored: _StoredFile | None) -> None:
    if part.name not in (*TEXT_FIELDS, "file"):
        raise invalid(f"/{part.name[:60]}", "there is no such field: send project_id, title, pipeline and file")
    if part.name in fields or (part.name == "file" and stored is not None):
        raise invalid(f"/{part.name}", "send it once")
    if part.name == "file" and part.filename is None:
        raise invalid("/file", "send a file, with a file name")


async def _store(form: Multipart, part: Part, blobs: BlobStore, sha256: str | None) -> _StoredFile:
    return _StoredFile(clean_filename(part.filename), await store_file(form.chunks(), blobs, sha256))


async def store_file(chunks: AsyncIterator[bytes], blobs: BlobStore, sha256: str | None) -> Stored:
    """The file as a blob. Raises the problems `media-corrupt` and `checksum-mismatch`, and then nothing is stored.

    What the bytes really are is for ingest to find out, so nothing the caller says about them is kept.
    """
    arriving = _Arriving(chunks, sha256)
    try:
        return await blobs.store(arriving.chunks())
    except (StorageFailed, OSError) as error:
        # The store wraps what the sender did wrong in an error of its own.
        if arriving.problem is not None:
            raise arriving.problem from None
        raise Problem("storage-unavailable", "the file could not be stored: try again later") from error


class _Arriving:
    """A file on its way in. It breaks off, so that nothing is stored, if it turns out empty or not as announced."""

    def __init__(self, chunks: AsyncIterator[bytes], sha256: str | None) -> None:
        self._chunks = chunks
        self._announced = sha256
        self.problem: Exception | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._checked():
                yield chunk
        except Exception as error:
            self.problem = error
            raise

    async def _checked(self) -> AsyncIterator[bytes]:
        digest, size_bytes = hashlib.sha256(), 0
        async for chunk in self._chunks:
            size_bytes += len(chunk)
            if self._announced is not None:
                digest.update(chunk)
            yield chunk
        if size_bytes == 0:
            raise Problem("media-corrupt", "the file is empty")
        if self._announced is not None and not hmac.compare_digest(digest.hexdigest(), self._announced.lower()):
            raise Problem("checksum-mismatch", "the bytes that came have another SHA-256: send the file again")


def _complete(fields: dict[str, str], stored: _StoredFile | None) -> Upload:
    if "project_id" not in fields:
        raise invalid("/project_id", "this field is needed: the project that the video goes into")
    if stored is None:
        raise invalid("/file", "this field is needed: the video itself")
    upload = upload_input(stored.filename, fields.get("title"), stored.stored)
    return Upload(fields["project_id"], upload, fields.get("pipeline"))


def upload_input(filename: str, title: str | None, stored: Stored) -> UploadInput:
    """Raises the problem `validation`."""
    try:
        return UploadInput(
            filename=filename,
            title=title or PurePath(filename).stem,
            size_bytes=stored.blob.size_bytes,
            content=stored.blob,
            is_known=stored.is_known,
        )
    except ValidationError as error:
        raise problem_of_validation(error.errors()) from error
