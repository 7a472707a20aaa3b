"""Uploads over HTTP: what is stored, what is refused, and that a refused upload leaves nothing."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kinolog.common.blobs import BlobStore
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created

FILM = b"not really a film" * 100


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path}/blobs")


def stored_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def a_form(project_id: str, content: bytes = FILM, name: str = "film.mp4", **fields: str) -> dict[str, Any]:
    return {"data": {"project_id": project_id, **fields}, "files": {"file": (name, content, "video/mp4")}}


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1_000):
        yield content[start : start + 1_000]


async def upload(caller: httpx2.AsyncClient, form: dict[str, Any], **headers: str) -> httpx2.Response:
    return await caller.post("/v1/videos/upload", **form, headers=headers)


async def test_an_upload_becomes_a_job(caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore) -> None:
    project_id = await created(log)
    answer = await upload(caller, a_form(project_id, title="My film"))
    job = answer.json()
    assert (202, "upload", project_id) == (answer.status_code, job["type"], job["project_id"])
    assert ("film.mp4", "My film", len(FILM), sha256(FILM).hexdigest()) == (
        job["input_data"]["filename"],
        job["input_data"]["title"],
        job["input_data"]["size_bytes"],
        job["input_data"]["content"]["sha256"],
    )
    assert await blobs.exists(sha256(FILM).hexdigest())


async def test_an_upload_without_a_title_is_called_like_its_file(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await upload(caller, a_form(await created(log), name="../../Winter 2026.mp4"))
    assert ("Winter 2026", "Winter 2026.mp4") == (
        answer.json()["input_data"]["title"],
        answer.json()["input_data"]["filename"],
    )


@pytest.mark.parametrize(
    ("change", "status", "kind"),
    [
        ({"content": b""}, 422, "media-corrupt"),
        ({"content": b"x" * 200_000}, 413, "payload-too-large"),
        ({"title": "a\x00b"}, 422, "validation"),
        ({"title": "x" * 300}, 422, "validation"),
        ({"title": "x" * 5_000}, 422, "validation"),
        ({"owner_id": "me"}, 422, "validation"),
    ],
)
async def test_a_bad_upload_is_refused_and_leaves_no_job(
    caller: httpx2.AsyncClient, log: MemoryLog, change: dict[str, Any], status: int, kind: str
) -> None:
    answer = await upload(caller, a_form(await created(log), **change))
    assert (status, kind) == (answer.status_code, answer.json()["type"])
    assert 1 == await log.last_sequence()


@pytest.mark.parametrize("project_id", [f"prj_{'0' * 32}", "../..", "", "prj_"])
async def test_an_upload_into_nowhere_stores_nothing(
    caller: httpx2.AsyncClient, log: MemoryLog, tmp_path: Path, project_id: str
) -> None:
    answer = await upload(caller, a_form(project_id))
    assert (404, "not-found") == (answer.status_code, answer.json()["type"])
    assert [] == stored_files(tmp_path)


async def test_an_upload_into_a_deleted_project_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    await caller.delete(f"/v1/projects/{project_id}")
    assert 404 == (await upload(caller, a_form(project_id))).status_code


async def test_the_project_may_be_named_after_the_file(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    form = {"files": [("file", ("a.mp4", FILM)), ("project_id", (None, await created(log)))]}
    assert 202 == (await upload(caller, form)).status_code


async def test_an_upload_without_a_project_is_refused(caller: httpx2.AsyncClient) -> None:
    answer = await upload(caller, {"files": {"file": ("a.mp4", FILM)}})
    assert (422, "/project_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_an_upload_without_a_file_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await upload(caller, {"files": {"project_id": (None, await created(log))}})
    assert (422, "/file") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_an_upload_of_two_files_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    files = [("project_id", (None, await created(log))), ("file", ("a.mp4", FILM)), ("file", ("b.mp4", FILM))]
    answer = await upload(caller, {"files": files})
    assert (422, "/file") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_right_checksum_is_accepted(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    form = a_form(await created(log))
    assert 202 == (await upload(caller, form, **{"X-Checksum-SHA256": sha256(FILM).hexdigest()})).status_code


async def test_a_wrong_checksum_stores_nothing(caller: httpx2.AsyncClient, log: MemoryLog, tmp_path: Path) -> None:
    answer = await upload(caller, a_form(await created(log)), **{"X-Checksum-SHA256": "0" * 64})
    assert (422, "checksum-mismatch") == (answer.status_code, answer.json()["type"])
    assert [] == stored_files(tmp_path)


async def test_a_form_that_breaks_off_stores_nothing(
    caller: httpx2.AsyncClient, log: MemoryLog, tmp_path: Path
) -> None:
    whole = caller.build_request("POST", "/v1/videos/upload", **a_form(await created(log)))
    await whole.aread()
    half = whole.content[: len(whole.content) // 2]
    headers = {"Content-Type": whole.headers["content-type"]}
    answer = await caller.post("/v1/videos/upload", content=half, headers=headers)
    assert (400, "malformed-body", []) == (answer.status_code, answer.json()["type"], stored_files(tmp_path))


@pytest.mark.parametrize(
    ("content_type", "status", "kind"),
    [
        ("application/json", 415, "unsupported-media-type"),
        ("", 415, "unsupported-media-type"),
        ("multipart/form-data", 400, "malformed-body"),
        (f"multipart/form-data; boundary={'x' * 300}", 400, "malformed-body"),
        ("multipart/form-data; boundary=x", 400, "malformed-body"),
    ],
)
async def test_what_is_no_form_is_refused(
    caller: httpx2.AsyncClient, content_type: str, status: int, kind: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = await caller.post("/v1/videos/upload", content=b"nonsense", headers=headers)
    assert (status, kind) == (answer.status_code, answer.json()["type"])


async def test_too_many_bytes_without_a_length_are_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    request = caller.build_request("POST", "/v1/videos/upload", **a_form(await created(log), content=b"x" * 200_000))
    await request.aread()
    headers = {"Content-Type": request.headers["content-type"]}
    answer = await caller.post("/v1/videos/upload", content=chunks(request.content), headers=headers)
    assert (413, "payload-too-large") == (answer.status_code, answer.json()["type"])


async def test_an_upload_with_a_key_is_done_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    form = a_form(await created(log))
    answers = [await upload(caller, form, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert (answers[0].json(), 2) == (answers[1].json(), await log.last_sequence())


async def into_a_project_of(log: MemoryLog, caller: httpx2.AsyncClient, quota_bytes: int) -> str:
    project_id = await created(log)
    await caller.put(f"/v1/projects/{project_id}/quota", json={"quota_bytes": quota_bytes})
    return project_id


async def test_uploads_go_into_a_project_until_it_is_full(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await into_a_project_of(log, caller, 2 * len(FILM))
    answers = [await upload(caller, a_form(project_id)) for _ in range(3)]
    assert ([202, 202, 413], "quota-exceeded") == (
        [answer.status_code for answer in answers],
        answers[2].json()["type"],
    )


async def test_an_upload_over_the_quota_is_refused_before_its_file_is_stored(
    caller: httpx2.AsyncClient, log: MemoryLog, tmp_path: Path
) -> None:
    project_id = await into_a_project_of(log, caller, 10_000)
    assert 413 == (await upload(caller, a_form(project_id, content=b"x" * 80_000))).status_code
    assert [] == stored_files(tmp_path)


async def test_an_upload_that_announced_nothing_is_held_to_the_quota_in_the_end(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    form = caller.build_request("POST", "/", **a_form(await into_a_project_of(log, caller, 100)))
    headers = {"Content-Type": form.headers["Content-Type"]}
    answer = await caller.post("/v1/videos/upload", content=chunks(await form.aread()), headers=headers)
    assert "quota-exceeded" == answer.json()["type"]


@pytest.mark.parametrize("fields", [{}, {"pipeline": "caption-and-burn"}])
async def test_an_upload_that_filled_the_project_may_be_repeated(
    caller: httpx2.AsyncClient, log: MemoryLog, fields: dict[str, str]
) -> None:
    form = a_form(await into_a_project_of(log, caller, len(FILM)), FILM, "a.mp4", **fields)
    answers = [await upload(caller, form, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert all(answer.is_success for answer in answers)


async def test_a_refused_upload_gives_its_room_back(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await into_a_project_of(log, caller, len(FILM))
    refused = await upload(caller, a_form(project_id), **{"X-Checksum-SHA256": "0" * 64})
    assert [422, 202] == [refused.status_code, (await upload(caller, a_form(project_id))).status_code]


async def test_another_file_under_the_same_key_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    await upload(caller, a_form(project_id), **{"Idempotency-Key": "k"})
    answer = await upload(caller, a_form(project_id, content=b"another"), **{"Idempotency-Key": "k"})
    assert (422, "idempotency-mismatch") == (answer.status_code, answer.json()["type"])
