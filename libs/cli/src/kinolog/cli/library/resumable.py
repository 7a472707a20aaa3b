"""Sending a file so that a broken line costs what was on it, by tus 1.0.0 (https://tus.io/protocols/resumable-upload)."""

import asyncio
import base64
import errno
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import httpx2

from kinolog.cli.client import Client
from kinolog.cli.library.local_file import Metered

_VERSION: Final = {"Tus-Resumable": "1.0.0"}
_BYTES: Final = {"Content-Type": "application/offset+octet-stream"}
_CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A file that is to come. Whoever announces it again under its key is told how far it has come."""

    key: str
    size_bytes: int
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of an upload has come, and the job that it became."""

    id: str
    offset: int
    job_id: str | None


async def announce(client: Client, file: Announcement) -> Standing:
    """Raises ApiRefused and Unreachable, as all that asks the platform does."""
    headers = {
        **_VERSION,
        "Idempotency-Key": file.key,
        "Upload-Length": str(file.size_bytes),
        "Upload-Metadata": ",".join(f"{name} {_encoded(text)}" for name, text in file.metadata.items()),
    }
    answer = await client.send("POST", "uploads", headers=headers)
    return _standing(answer.headers["Location"].rpartition("/")[2], answer)


async def append(
    client: Client, upload: Standing, file: Metered, size_bytes: int, answer_timeout_seconds: float
) -> Standing:
    """Send what is lacking. What had come before a line broke is kept. Raises OSError for a file that has changed."""
    headers = {
        **_VERSION,
        **_BYTES,
        "Upload-Offset": str(upload.offset),
        "Content-Length": str(size_bytes - upload.offset),
    }
    chunks = _chunks(file, upload.offset, size_bytes)
    timeout = httpx2.Timeout(answer_timeout_seconds)
    answer = await client.send("PATCH", "uploads", upload.id, headers=headers, content=chunks, timeout=timeout)
    return _standing(upload.id, answer)


async def _chunks(file: Metered, start: int, end: int) -> AsyncIterator[bytes]:
    file.seek(start)
    while start < end:
        chunk = await asyncio.to_thread(file.read, min(_CHUNK_BYTES, end - start))
        if not chunk:
            raise OSError(errno.EIO, "it has become shorter while it was sent")
        yield chunk
        start += len(chunk)


def _standing(upload_id: str, answer: httpx2.Response) -> Standing:
    return Standing(upload_id, int(answer.headers["Upload-Offset"]), answer.headers.get("Kinolog-Job"))


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
