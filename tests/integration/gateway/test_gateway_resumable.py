"""Resumable uploads on a gateway as it really runs: lines that break, gateways that die, files of any size."""

import asyncio
import hashlib
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from harness.tus import BYTES, TUS, announce, asked, begun, job_of, send

from kinolog.common.crashpoint import VARIABLE
from kinolog.common.ids import new_id
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import created
from kinolog.common.testing.s3_server import S3Server

MEGABYTE = 2**20
FILM = random.Random(1).randbytes(3 * MEGABYTE)
SHA256 = hashlib.sha256(FILM).hexdigest()
SMALL_SEGMENTS = {"KINOLOG_UPLOAD_SEGMENT_BYTES": str(MEGABYTE)}


@pytest.fixture
async def project_id(served_log: JetStreamLog) -> str:
    return await created(served_log)


async def stalled(content: bytes) -> AsyncIterator[bytes]:
    """Sends that much, and then nothing for longer than any test takes."""
    yield content
    await asyncio.sleep(600)


def stored_bytes(tmp_path: Path) -> int:
    """Of the uploads that are under way."""
    folder = tmp_path / "blobs" / "uploads" / "open"
    return sum(path.stat().st_size for path in folder.rglob("*-*") if path.is_file())


async def is_known_job(client: httpx2.AsyncClient, log: JetStreamLog, address: str) -> str:
    """The hash of what the upload became, if that is one job and no more."""
    job = await job_of(client, await asked(client, address))
    assert 2 == await log.last_sequence()
    return str(job["input_data"]["content"]["sha256"])


async def test_a_gateway_that_is_killed_in_the_middle_loses_one_segment_at_most(
    launch: Any, client: httpx2.AsyncClient, served_log: JetStreamLog, project_id: str, tmp_path: Path
) -> None:
    program = await launch(**SMALL_SEGMENTS)
    address = await begun(client, project_id, len(FILM))
    sending = asyncio.create_task(send(client, address, 0, stalled(FILM[: 2 * MEGABYTE + 5])))
    await eventually(lambda: stored_bytes(tmp_path) == 2 * MEGABYTE, within=30)
    await program.stop(signal.SIGKILL)
    sending.cancel()
    await launch(**SMALL_SEGMENTS)
    assert str(2 * MEGABYTE) == (await asked(client, address))["upload-offset"]
    await send(client, address, 2 * MEGABYTE, FILM[2 * MEGABYTE :])
    assert (SHA256, 0) == (await is_known_job(client, served_log, address), stored_bytes(tmp_path))


async def test_a_gateway_that_is_told_to_stop_keeps_what_came(
    launch: Any, client: httpx2.AsyncClient, project_id: str, tmp_path: Path
) -> None:
    program = await launch()
    address = await begun(client, project_id, len(FILM))
    sending = asyncio.create_task(send(client, address, 0, stalled(FILM[:-1])))
    await eventually(lambda: unfinished_bytes(tmp_path) >= 2 * MEGABYTE, within=30)
    assert 0 == await program.stop(signal.SIGTERM)
    sending.cancel()
    await launch()
    assert int((await asked(client, address))["upload-offset"]) >= 2 * MEGABYTE


def unfinished_bytes(tmp_path: Path) -> int:
    """Of what is being written at the moment."""
    return sum(path.stat().st_size for path in (tmp_path / "blobs" / "tmp").rglob("*") if path.is_file())


async def test_an_upload_that_nobody_goes_on_with_expires(
    launch: Any, client: httpx2.AsyncClient, project_id: str, tmp_path: Path
) -> None:
    await launch(KINOLOG_UPLOAD_EXPIRY_SECONDS="2", KINOLOG_UPLOAD_SWEEP_SECONDS="0.2")
    address = await begun(client, project_id, len(FILM))
    await send(client, address, 0, FILM[:MEGABYTE])
    await eventually(lambda: stored_bytes(tmp_path) == 0, within=30)
    assert 404 == (await client.head(address, headers=TUS)).status_code


@pytest.mark.parametrize("place", ["blobs.before_rename", "blobs.after_rename", "gateway.after_append"])
async def test_a_gateway_that_dies_at_the_end_makes_one_job_all_the_same(
    launch: Any, client: httpx2.AsyncClient, served_log: JetStreamLog, project_id: str, place: str
) -> None:
    program = await launch(**{VARIABLE: f"{place}:1:kill"})
    address = await begun(client, project_id, len(FILM))
    with pytest.raises(httpx2.HTTPError):
        await send(client, address, 0, FILM)
    await program.process.wait()
    await launch()
    assert SHA256 == await is_known_job(client, served_log, address)


async def test_an_upload_to_s3_survives_a_killed_gateway(
    launch: Any, client: httpx2.AsyncClient, served_log: JetStreamLog, project_id: str, s3_server: S3Server
) -> None:
    there = {**s3_server.environment, "KINOLOG_BLOBS_URL": f"{s3_server.url}/{new_id('tst')}"}
    program = await launch(**there)
    address = await begun(client, project_id, len(FILM))
    await send(client, address, 0, FILM[:MEGABYTE])
    await program.stop(signal.SIGKILL)
    await launch(**there)
    await send(client, address, MEGABYTE, FILM[MEGABYTE:])
    assert SHA256 == await is_known_job(client, served_log, address)


async def test_another_gateway_goes_on_with_an_upload(
    launch: Any, client: httpx2.AsyncClient, served_log: JetStreamLog, project_id: str, unused_port: int
) -> None:
    await launch()
    await launch(KINOLOG_PORT=str(unused_port))
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{unused_port}", headers=client.headers, trust_env=False
    ) as other:
        await eventually(lambda: is_ready(other), within=30)
        address = await begun(client, project_id, len(FILM))
        await send(other, address, 0, FILM[:MEGABYTE])
        await send(client, address, MEGABYTE, FILM[MEGABYTE:])
        assert SHA256 == await is_known_job(other, served_log, address)


async def is_ready(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).is_success
    except httpx2.HTTPError:
        return False


async def test_what_came_before_the_line_was_cut_counts(
    program: Any, client: httpx2.AsyncClient, project_id: str, tmp_path: Path
) -> None:
    address = await begun(client, project_id, len(FILM))
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(a_patch(client, address) + FILM[:MEGABYTE])
    await writer.drain()
    writer.close()
    # What the gateway had not read when it learnt of the end is lost: that is what its buffers hold.
    await eventually(lambda: stored_bytes(tmp_path) > MEGABYTE // 2, within=30)
    assert (str(stored_bytes(tmp_path)), b"") == ((await asked(client, address))["upload-offset"], await reader.read())


def a_patch(client: httpx2.AsyncClient, address: str) -> bytes:
    """The head of a request that announces the whole film."""
    told = {**TUS, **BYTES, "Upload-Offset": "0", "Content-Length": str(len(FILM)), "Host": "x"}
    told["Authorization"] = client.headers["Authorization"]
    return "\r\n".join([f"PATCH {address} HTTP/1.1", *(f"{name}: {told[name]}" for name in told), "", ""]).encode()


async def test_a_question_ends_a_request_that_brings_nothing_any_more(
    program: Any, client: httpx2.AsyncClient, project_id: str, tmp_path: Path
) -> None:
    address = await begun(client, project_id, len(FILM))
    sending = asyncio.create_task(send(client, address, 0, stalled(FILM[:-1])))
    await eventually(lambda: unfinished_bytes(tmp_path) >= 2 * MEGABYTE, within=30)
    assert 423 == (await send(client, address, 0, b"")).status_code
    offset = int((await asked(client, address))["upload-offset"])
    sending.cancel()
    assert (True, 204) == (
        offset >= 2 * MEGABYTE,
        (await send(client, address, offset, FILM[offset:])).status_code,
    )


@pytest.mark.parametrize(
    "megabytes", [256, pytest.param(1024, marks=pytest.mark.chaos)], ids=lambda megabytes: f"{megabytes} MiB"
)
async def test_a_large_resumable_upload_needs_no_memory(
    program: Any, client: httpx2.AsyncClient, project_id: str, megabytes: int
) -> None:
    await announce(client, project_id, len(FILM), FILM, **BYTES)
    before = program.resident_bytes
    address = await begun(client, project_id, megabytes * MEGABYTE)
    client.timeout = httpx2.Timeout(300.0)
    sending = asyncio.create_task(send(client, address, 0, large_file(megabytes)))
    grown = await highest(program, sending) - before
    assert (204, megabytes * MEGABYTE) == ((await sending).status_code, await size_of(client, address))
    assert grown < 32 * MEGABYTE


async def large_file(megabytes: int) -> AsyncIterator[bytes]:
    for number in range(megabytes):
        yield number.to_bytes(2) * (MEGABYTE // 2)


async def highest(program: Any, until: asyncio.Task[httpx2.Response]) -> int:
    peak = 0
    while not until.done():
        peak = max(peak, program.resident_bytes)
        await asyncio.sleep(0.02)
    return peak


async def size_of(client: httpx2.AsyncClient, address: str) -> int:
    job = await job_of(client, await asked(client, address))
    return int(job["input_data"]["size_bytes"])
