"""Resumable uploads over HTTP: what is refused, and that nothing is left of it."""

import base64
import hashlib
from pathlib import Path

import httpx2
import pytest
from harness.tus import BYTES, FILM, TUS, announce, asked, begun, broken, chunks, job_of, joined, kept, metadata, send

from kinolog.common.blobs import BlobStore
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path}/blobs")


@pytest.fixture
async def project_id(log: MemoryLog) -> str:
    return await created(log)


@pytest.mark.parametrize("length", ["999", "100001"])
async def test_a_late_length_that_cannot_be_is_refused(
    caller: httpx2.AsyncClient, project_id: str, length: str
) -> None:
    headers = {**TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata(project_id=project_id)}
    address = (await caller.post("/v1/uploads", headers=headers)).headers["location"]
    await send(caller, address, 0, FILM[:1_000])
    assert (await send(caller, address, 1_000, b"", **{"Upload-Length": length})).status_code in (409, 413)


async def test_bytes_with_another_checksum_are_thrown_away(
    caller: httpx2.AsyncClient, project_id: str, tmp_path: Path
) -> None:
    address = await begun(caller, project_id, len(FILM))
    checksum = f"sha256 {base64.b64encode(hashlib.sha256(b'x').digest()).decode()}"
    answer = await send(caller, address, 0, FILM[:5_000], **{"Upload-Checksum": checksum})
    assert (460, "checksum-mismatch") == (answer.status_code, answer.json()["type"])
    assert ("0", ["info.json"]) == ((await asked(caller, address))["upload-offset"], kept(tmp_path))


async def test_bytes_that_break_off_before_their_checksum_are_thrown_away(
    caller: httpx2.AsyncClient, project_id: str
) -> None:
    address = await begun(caller, project_id, len(FILM))
    checksum = f"sha256 {base64.b64encode(hashlib.sha256(FILM[:500]).digest()).decode()}"
    answer = await send(caller, address, 0, broken(FILM[:500]), **{"Upload-Checksum": checksum})
    assert (408, "0") == (answer.status_code, (await asked(caller, address))["upload-offset"])


async def test_a_file_with_another_hash_than_announced_is_forgotten(
    caller: httpx2.AsyncClient, project_id: str, log: MemoryLog, tmp_path: Path
) -> None:
    told = metadata(project_id=project_id, sha256="0" * 64)
    address = await begun(caller, None, len(FILM), **{"Upload-Metadata": told})
    answer = await send(caller, address, 0, FILM)
    assert (422, "checksum-mismatch", 1) == (answer.status_code, answer.json()["type"], await log.last_sequence())
    assert ([], 404) == (kept(tmp_path), (await caller.head(address, headers=TUS)).status_code)


@pytest.mark.parametrize("offset", [1, 5_000, 2**62])
async def test_bytes_for_another_place_are_refused(caller: httpx2.AsyncClient, project_id: str, offset: int) -> None:
    address = await begun(caller, project_id, len(FILM))
    answer = await send(caller, address, offset, b"x")
    assert (409, "conflict", "0") == (answer.status_code, answer.json()["type"], answer.headers["upload-offset"])


@pytest.mark.parametrize("offset", ["-1", "", "1.5", "0x10", "1e3", "9" * 19, "9" * 40, " "])
async def test_an_offset_that_is_none_is_refused(caller: httpx2.AsyncClient, project_id: str, offset: str) -> None:
    address = await begun(caller, project_id, len(FILM))
    answer = await send(caller, address, offset, b"x")
    assert (400, "Upload-Offset:") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_more_bytes_than_announced_are_refused(caller: httpx2.AsyncClient, project_id: str) -> None:
    address = await begun(caller, project_id, 100)
    told = await send(caller, address, 0, b"x" * 101)
    untold = await send(caller, address, 0, chunks(b"x" * 101, 101))
    assert (413, 413, "0") == (told.status_code, untold.status_code, (await asked(caller, address))["upload-offset"])


@pytest.mark.parametrize(
    ("headers", "status", "pointer"),
    [
        ({"Upload-Length": "-1"}, 400, "Upload-Length:"),
        ({"Upload-Length": "many"}, 400, "Upload-Length:"),
        ({"Upload-Length": "0"}, 422, "Upload-Length:"),
        ({"Upload-Length": "100001"}, 413, "Upload-Length:"),
        ({"Upload-Length": "9" * 19}, 400, "Upload-Length:"),
        ({"Upload-Defer-Length": "1"}, 400, "Upload-Defer-Length:"),
        ({"Upload-Concat": "half"}, 400, "Upload-Concat:"),
        ({"Upload-Concat": "final;"}, 400, "Upload-Concat:"),
        ({"Upload-Metadata": "project_id not-base64!"}, 400, "Upload-Metadata:"),
        ({"Upload-Metadata": "title /w=="}, 400, "Upload-Metadata:"),
        ({"Upload-Metadata": "a YQ==,a YQ=="}, 400, "Upload-Metadata:"),
        ({"Upload-Metadata": ",".join(f"k{number}" for number in range(31))}, 400, "Upload-Metadata:"),
        ({"Upload-Metadata": ""}, 422, "/project_id"),
        ({"Upload-Metadata": metadata(project_id="../..")}, 404, "/project_id"),
        ({"Upload-Metadata": metadata(project_id="p", title="a\x00b")}, 422, "/title"),
        ({"Upload-Metadata": metadata(project_id="p", title="x" * 300)}, 422, "/title"),
        ({"Upload-Metadata": metadata(project_id="p", pipeline="other")}, 422, "/pipeline"),
        ({"Upload-Metadata": metadata(project_id="p", sha256="short")}, 422, "/sha256"),
    ],
)
async def test_a_bad_announcement_is_refused_and_leaves_nothing(
    caller: httpx2.AsyncClient, project_id: str, headers: dict[str, str], status: int, pointer: str, tmp_path: Path
) -> None:
    answer = await announce(caller, project_id, len(FILM), **headers)
    assert (status, pointer, "1.0.0") == (
        answer.status_code,
        answer.json()["errors"][0]["pointer"],
        answer.headers["tus-resumable"],
    )
    assert [] == kept(tmp_path)


async def test_a_file_name_is_only_a_label(caller: httpx2.AsyncClient, project_id: str) -> None:
    told = metadata(project_id=project_id, filename="../../etc/pass\r\nwd", filetype="text/html", relativePath="")
    answer = await announce(caller, None, len(FILM), content=FILM, **BYTES, **{"Upload-Metadata": told})
    assert "passwd" == (await job_of(caller, answer.headers))["input_data"]["filename"]


async def test_another_version_of_the_protocol_is_refused(caller: httpx2.AsyncClient) -> None:
    answer = await caller.post("/v1/uploads", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "5"})
    assert (412, "1.0.0") == (answer.status_code, answer.headers["tus-version"])


async def test_bytes_of_another_type_are_refused(caller: httpx2.AsyncClient, project_id: str) -> None:
    address = await begun(caller, project_id, len(FILM))
    answer = await send(caller, address, 0, FILM, **{"Content-Type": "application/octet-stream"})
    assert (415, "unsupported-media-type") == (answer.status_code, answer.json()["type"])


async def test_a_stranger_learns_nothing(stranger: httpx2.AsyncClient) -> None:
    answers = [
        await stranger.request(method, f"/v1/uploads/upl_{'0' * 32}", headers={**TUS, **BYTES})
        for method in ("HEAD", "PATCH", "DELETE", "OPTIONS")
    ]
    assert {401} == {answer.status_code for answer in answers}


@pytest.mark.parametrize("name", [f"upl_{'0' * 32}", "upl_", "..", "..%2f..%2finfo.json", "upl_%00"])
async def test_an_upload_that_is_not_there_is_not_found(caller: httpx2.AsyncClient, name: str) -> None:
    headers = {**TUS, **BYTES, "Upload-Offset": "0"}
    for method in ("HEAD", "PATCH", "DELETE"):
        assert 404 == (await caller.request(method, f"/v1/uploads/{name}", headers=headers)).status_code


async def test_too_many_uploads_are_refused(caller: httpx2.AsyncClient, project_id: str) -> None:
    addresses = [await begun(caller, project_id, len(FILM)) for _ in range(5)]
    refused = await announce(caller, project_id, len(FILM))
    await caller.delete(addresses[0], headers=TUS)
    assert (429, "too-many-uploads", 201) == (
        refused.status_code,
        refused.json()["type"],
        (await announce(caller, project_id, len(FILM))).status_code,
    )


async def test_an_upload_in_crumbs_is_refused(caller: httpx2.AsyncClient, project_id: str) -> None:
    address = await begun(caller, project_id, len(FILM))
    answers = [await send(caller, address, offset, b"x") for offset in range(31)]
    assert ({204}, 409) == ({answer.status_code for answer in answers[:30]}, answers[30].status_code)


async def test_what_is_no_complete_part_is_not_joined(caller: httpx2.AsyncClient, project_id: str) -> None:
    half = await begun(caller, None, 100, **{"Upload-Concat": "partial"})
    whole = await begun(caller, project_id, len(FILM))
    answers = [await joined(caller, project_id, [address]) for address in (half, whole, "/v1/uploads/../x")]
    assert [409, 409, 409] == [answer.status_code for answer in answers]
