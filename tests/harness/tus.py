"""Resumable uploads, as a client of tus 1.0.0 makes them."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import httpx2

TUS = {"Tus-Resumable": "1.0.0"}
FILM = bytes(range(256)) * 30
BYTES = {"Content-Type": "application/offset+octet-stream"}


async def broken(content: bytes) -> AsyncIterator[bytes]:
    """Longer in coming than the gateway waits."""
    yield content
    await asyncio.sleep(60)


def kept(folder: Path) -> list[str]:
    """The names of all files of the uploads under way, where the blobs are in that folder's `blobs`."""
    root = folder / "blobs" / "uploads" / "open"
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def metadata(**told: str) -> str:
    return ",".join(f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in told.items())


async def announce(
    caller: httpx2.AsyncClient, project_id: str | None, length: int, content: bytes | str = b"", **headers: str
) -> httpx2.Response:
    told = {} if project_id is None else {"Upload-Metadata": metadata(project_id=project_id, filename="film.mp4")}
    whole = {**TUS, "Upload-Length": str(length), **told, **headers}
    return await caller.post("/v1/uploads", content=content, headers=whole)


async def begun(caller: httpx2.AsyncClient, project_id: str | None, length: int, **headers: str) -> str:
    """The address of a new upload."""
    answer = await announce(caller, project_id, length, **headers)
    assert 201 == answer.status_code
    return str(answer.headers["location"])


async def send(
    caller: httpx2.AsyncClient, address: str, offset: int | str, content: bytes | AsyncIterator[bytes], **headers: str
) -> httpx2.Response:
    whole = {**TUS, **BYTES, "Upload-Offset": str(offset), **headers}
    return await caller.patch(address, content=content, headers=whole)


async def asked(caller: httpx2.AsyncClient, address: str) -> httpx2.Headers:
    """What an upload tells of itself."""
    answer = await caller.head(address, headers=TUS)
    assert 200 == answer.status_code
    return answer.headers


async def a_part(caller: httpx2.AsyncClient, content: bytes) -> str:
    """The address of a partial upload that is complete."""
    address = await begun(caller, None, len(content), **{"Upload-Concat": "partial"})
    assert 204 == (await send(caller, address, 0, content)).status_code
    return address


async def joined(caller: httpx2.AsyncClient, project_id: str, parts: Iterable[str]) -> httpx2.Response:
    concat = {"Upload-Concat": f"final;{' '.join(parts)}"}
    told = {"Upload-Metadata": metadata(project_id=project_id, filename="film.mp4")}
    return await caller.post("/v1/uploads", headers={**TUS, **concat, **told})


async def job_of(caller: httpx2.AsyncClient, headers: httpx2.Headers) -> dict[str, Any]:
    """The job that an upload became, as the answer to its last request names it."""
    job: dict[str, Any] = (await caller.get(f"/v1/jobs/{headers['kinolog-job']}")).json()
    return job


async def chunks(content: bytes, size_bytes: int = 700) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size_bytes):
        yield content[start : start + size_bytes]
