"""Resumable uploads over HTTP: what is kept, what becomes a job."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest
from harness.tus import (
    BYTES,
    FILM,
    TUS,
    a_part,
    announce,
    asked,
    begun,
    broken,
    chunks,
    job_of,
    joined,
    kept,
    metadata,
    send,
)

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import StorageFailed
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created
from kinolog.gateway.params import Gateway
from kinolog.gateway.uploads.shelf import UploadShelf

SHA256 = hashlib.sha256(FILM).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path}/blobs")


@pytest.fixture
async def project_id(log: MemoryLog) -> str:
    return await created(log)


async def test_a_file_in_two_requests_becomes_a_job(
    caller: httpx2.AsyncClient, project_id: str, blobs: BlobStore, tmp_path: Path
) -> None:
    address = await begun(caller, project_id, len(FILM))
    first = await send(caller, address, 0, FILM[:3_000])
    last = await send(caller, address, 3_000, chunks(FILM[3_000:]))
    assert (204, "3000", 204, str(len(FILM))) == (
        first.status_code,
        first.headers["upload-offset"],
        last.status_code,
        last.headers["upload-offset"],
    )
    job = await job_of(caller, last.headers)
    content = {"sha256": SHA256, "size_bytes": len(FILM), "media_type": "application/octet-stream"}
    expected = {"filename": "film.mp4", "title": "film", "size_bytes": len(FILM), "content": content, "is_known": False}
    assert ("upload", project_id, expected) == (job["type"], job["project_id"], job["input_data"])
    assert ([], True) == (kept(tmp_path), await blobs.exists(SHA256))


async def test_a_file_that_comes_with_its_announcement_becomes_a_job(
    caller: httpx2.AsyncClient, project_id: str
) -> None:
    answer = await announce(caller, project_id, len(FILM), content=FILM, **BYTES)
    assert (201, str(len(FILM))) == (answer.status_code, answer.headers["upload-offset"])
    assert project_id == (await job_of(caller, answer.headers))["project_id"]


async def test_what_came_before_the_line_broke_counts(caller: httpx2.AsyncClient, project_id: str) -> None:
    address = await begun(caller, project_id, len(FILM))
    answer = await send(caller, address, 0, broken(FILM[:2_500]))
    assert (408, "2500") == (answer.status_code, (await asked(caller, address))["upload-offset"])
    last = await send(caller, address, 2_500, FILM[2_500:])
    assert SHA256 == (await job_of(caller, last.headers))["input_data"]["content"]["sha256"]


async def test_an_upload_tells_where_it_stands(caller: httpx2.AsyncClient, project_id: str) -> None:
    address = await begun(caller, project_id, len(FILM))
    await send(caller, address, 0, FILM[:100])
    told = await asked(caller, address)
    assert ("100", str(len(FILM)), "no-store", "1.0.0", metadata(project_id=project_id, filename="film.mp4")) == (
        told["upload-offset"],
        told["upload-length"],
        told["cache-control"],
        told["tus-resumable"],
        told["upload-metadata"],
    )
    remaining = parsedate_to_datetime(told["upload-expires"]) - datetime.now(UTC)
    assert timedelta(hours=23) < remaining < timedelta(hours=25)


async def test_a_finished_upload_tells_what_it_became(caller: httpx2.AsyncClient, project_id: str) -> None:
    answer = await announce(caller, project_id, len(FILM), content=FILM, **BYTES)
    told = await asked(caller, answer.headers["location"])
    assert (answer.headers["kinolog-job"], str(len(FILM))) == (told["kinolog-job"], told["upload-offset"])
    again = await send(caller, answer.headers["location"], len(FILM), b"")
    assert (204, told["kinolog-job"]) == (again.status_code, again.headers["kinolog-job"])


async def test_a_pipeline_follows_where_it_is_asked_for(caller: httpx2.AsyncClient, project_id: str) -> None:
    told = metadata(project_id=project_id, pipeline="caption-and-burn", title="Mine")
    answer = await announce(caller, None, len(FILM), content=FILM, **BYTES, **{"Upload-Metadata": told})
    jobs = (await caller.get(f"/v1/jobs?batch_id={answer.headers['kinolog-batch']}")).json()["data"]
    assert {"upload", "caption", "burn"} == {job["type"] for job in jobs}
    assert "Mine" == (await job_of(caller, answer.headers))["input_data"]["title"]


async def test_bytes_that_were_stored_before_are_known(caller: httpx2.AsyncClient, project_id: str) -> None:
    answers = [await announce(caller, project_id, len(FILM), content=FILM, **BYTES) for _ in range(2)]
    assert [None, "true"] == [answer.headers.get("kinolog-known") for answer in answers]
    assert (await job_of(caller, answers[1].headers))["input_data"]["is_known"]


async def test_the_length_may_come_later(caller: httpx2.AsyncClient, project_id: str) -> None:
    headers = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata(project_id=project_id)}
    address = (await caller.post("/v1/uploads", headers=headers)).headers["location"]
    await send(caller, address, 0, FILM[:1_000])
    assert ("1", "1000") == ((told := await asked(caller, address))["upload-defer-length"], told["upload-offset"])
    last = await send(caller, address, 1_000, FILM[1_000:], **{"Upload-Length": str(len(FILM))})
    assert (204, True) == (last.status_code, "kinolog-job" in last.headers)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_right_checksum_is_accepted(caller: httpx2.AsyncClient, project_id: str, algorithm: str) -> None:
    address = await begun(caller, project_id, len(FILM))
    checksum = f"{algorithm} {base64.b64encode(hashlib.new(algorithm, FILM).digest()).decode()}"
    assert 204 == (await send(caller, address, 0, FILM, **{"Upload-Checksum": checksum})).status_code


async def test_what_is_possible_can_be_asked_for(caller: httpx2.AsyncClient) -> None:
    told = (await caller.request("OPTIONS", "/v1/uploads")).headers
    assert ("1.0.0", "100000", "sha1,sha256") == (
        told["tus-version"],
        told["tus-max-size"],
        told["tus-checksum-algorithm"],
    )
    assert {"creation", "expiration", "concatenation"} <= set(told["tus-extension"].split(","))


async def test_an_ended_upload_leaves_nothing(caller: httpx2.AsyncClient, project_id: str, tmp_path: Path) -> None:
    address = await begun(caller, project_id, len(FILM))
    await send(caller, address, 0, FILM[:5_000])
    assert 204 == (await caller.delete(address, headers=TUS)).status_code
    assert ([], 404) == (kept(tmp_path), (await caller.head(address, headers=TUS)).status_code)


async def test_a_method_may_be_named_in_a_header(caller: httpx2.AsyncClient, project_id: str) -> None:
    address = await begun(caller, project_id, len(FILM))
    headers = {**TUS, **BYTES, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert 204 == (await caller.post(address, content=FILM, headers=headers)).status_code


async def test_partial_uploads_are_joined_in_the_order_that_is_given(
    caller: httpx2.AsyncClient, project_id: str
) -> None:
    parts = [await a_part(caller, content) for content in (FILM[5_000:], FILM[:5_000])]
    answer = await joined(caller, project_id, reversed(parts))
    assert (201, str(len(FILM))) == (answer.status_code, answer.headers["upload-offset"])
    assert SHA256 == (await job_of(caller, answer.headers))["input_data"]["content"]["sha256"]


async def test_joining_again_finds_what_was_joined(
    caller: httpx2.AsyncClient, project_id: str, log: MemoryLog, tmp_path: Path
) -> None:
    parts = [await a_part(caller, content) for content in (FILM[:5_000], FILM[5_000:])]
    answers = [await joined(caller, project_id, [f"http://gateway:8420{part}" for part in parts]) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert (2, []) == (await log.last_sequence(), kept(tmp_path))
    told = await asked(caller, answers[0].headers["location"])
    assert f"final;{' '.join(parts)}" == told["upload-concat"]


async def test_an_announcement_with_a_key_is_made_once(caller: httpx2.AsyncClient, project_id: str) -> None:
    key = {"Idempotency-Key": "k"}
    address = await begun(caller, project_id, len(FILM), **key)
    await send(caller, address, 0, FILM[:100])
    again = await announce(caller, project_id, len(FILM), **key)
    other = await announce(caller, project_id, 5, **key)
    assert (address, "100", 422, "idempotency-mismatch") == (
        again.headers["location"],
        again.headers["upload-offset"],
        other.status_code,
        other.json()["type"],
    )


async def test_an_upload_into_a_project_that_is_gone_waits(caller: httpx2.AsyncClient, project_id: str) -> None:
    address = await begun(caller, project_id, len(FILM))
    await caller.delete(f"/v1/projects/{project_id}")
    assert 404 == (await send(caller, address, 0, FILM)).status_code
    await caller.post(f"/v1/projects/{project_id}/restore")
    assert "kinolog-job" in await asked(caller, address)


async def test_an_expired_upload_is_gone_and_swept(
    caller: httpx2.AsyncClient, gateway: Gateway, project_id: str, tmp_path: Path
) -> None:
    address = await begun(caller, project_id, len(FILM))
    object.__setattr__(gateway.uploads, "clock", lambda: datetime.now(UTC) + timedelta(hours=25))
    assert 404 == (await caller.head(address, headers=TUS)).status_code
    assert (1, []) == (await gateway.uploads.sweep(), kept(tmp_path))


async def test_an_upload_that_somebody_is_busy_with_is_not_swept(
    caller: httpx2.AsyncClient, gateway: Gateway, project_id: str
) -> None:
    address = await begun(caller, project_id, len(FILM))
    object.__setattr__(gateway.uploads, "clock", lambda: datetime.now(UTC) + timedelta(hours=25))
    with gateway.uploads.turns.take(address.rpartition("/")[2]):
        assert 0 == await gateway.uploads.sweep()


async def test_an_end_that_was_not_written_down_is_found_again(
    caller: httpx2.AsyncClient, project_id: str, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as storage:
        storage.setattr(UploadShelf, "finish", fails)
        address = await begun(caller, project_id, len(FILM))
        assert 503 == (await send(caller, address, 0, FILM)).status_code
    told = await asked(caller, address)
    assert (2, None) == (await log.last_sequence(), told.get("kinolog-known"))
    assert False is (await job_of(caller, told))["input_data"]["is_known"]


async def fails(*_: object) -> None:
    raise StorageFailed("the storage is away")
