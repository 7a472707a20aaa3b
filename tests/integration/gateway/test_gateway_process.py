"""The gateway as a process: what it costs, and how it ends."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import created

MEGABYTE = 2**20
UPLOAD_MEGABYTES = 200
# As the fixture sets it.
SEND_TIMEOUT_SECONDS = 1
BEARER = {"Authorization": "Bearer a-token-for-tests"}
EVENT_STREAM = {"Accept": "text/event-stream"}


def connected(client: httpx2.AsyncClient, query: str = "", **options: Any) -> connect:
    url = f"ws{str(client.base_url).removeprefix('http').rstrip('/')}/v1/ws{query}"
    return connect(url, additional_headers=BEARER, proxy=None, **options)


async def code_at_the_end(socket: ClientConnection) -> int | None:
    """Read until the other side ends the connection."""
    with suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    return socket.close_code


async def a_large_form(project_id: str, boundary: str) -> AsyncIterator[bytes]:
    part = f"--{boundary}\r\nContent-Disposition: form-data; name="
    yield f'{part}"project_id"\r\n\r\n{project_id}\r\n'.encode()
    yield f'{part}"file"; filename="large.mp4"\r\n\r\n'.encode()
    for number in range(UPLOAD_MEGABYTES):
        yield number.to_bytes(2) * (MEGABYTE // 2)
    yield f"\r\n--{boundary}--\r\n".encode()


async def highest(program: Any, until: asyncio.Task[httpx2.Response]) -> int:
    peak = 0
    while not until.done():
        peak = max(peak, program.resident_bytes)
        await asyncio.sleep(0.02)
    return peak


async def test_a_large_upload_needs_no_memory(
    program: Any, client: httpx2.AsyncClient, served_log: JetStreamLog, tmp_path: Path
) -> None:
    form = a_large_form(await created(served_log), "edge")
    before = program.resident_bytes
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    sending = asyncio.create_task(client.post("/v1/videos/upload", content=form, headers=headers, timeout=120))
    grown = await highest(program, sending) - before
    assert (202, UPLOAD_MEGABYTES * MEGABYTE) == (
        (answer := await sending).status_code,
        answer.json()["input_data"]["size_bytes"],
    )
    assert grown < 32 * MEGABYTE
    assert [UPLOAD_MEGABYTES * MEGABYTE] == [path.stat().st_size for path in stored_files(tmp_path / "blobs")]


def stored_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_an_upload_that_is_cut_off_leaves_nothing(
    program: Any, client: httpx2.AsyncClient, served_log: JetStreamLog, tmp_path: Path
) -> None:
    project_id = await created(served_log)
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    form = b"".join([piece async for piece in a_small_start(project_id)])
    request = "POST /v1/videos/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-token-for-tests\r\n"
    request += "Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 9000000\r\n\r\n"
    writer.write(request.encode() + form)
    await writer.drain()
    await eventually((tmp_path / "blobs").exists)
    writer.close()
    await eventually(lambda: not stored_files(tmp_path / "blobs"))
    assert (1, b"") == (await served_log.last_sequence(), await reader.read())


async def a_small_start(project_id: str) -> AsyncIterator[bytes]:
    async for piece in a_large_form(project_id, "edge"):
        yield piece
        if len(piece) == MEGABYTE:
            return


async def test_an_upload_too_large_is_refused_before_it_is_read(program: Any, client: httpx2.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    request = "POST /v1/videos/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a-token-for-tests\r\n"
    request += "Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 99999999999999\r\n\r\n"
    writer.write(request.encode())
    assert b"HTTP/1.1 413" in await asyncio.wait_for(reader.readline(), 2)
    writer.close()


async def test_a_refusal_reaches_a_caller_who_is_still_sending(program: Any, client: httpx2.AsyncClient) -> None:
    body = b'{"name": "' + b"x" * (50 * MEGABYTE) + b'"}'
    answer = await client.post("/v1/projects", content=body, headers={"Content-Type": "application/json"})
    assert (413, "payload-too-large") == (answer.status_code, answer.json()["type"])


async def test_a_client_that_never_reads_is_cut_off_and_costs_no_memory(
    program: Any, client: httpx2.AsyncClient
) -> None:
    await flood(client, 100)
    before = program.resident_bytes
    async with connected(client, "?since=0", max_queue=1, compression=None, sock=narrow_socket(client)) as reader:
        await flood(client, 1_000)
        grown = program.resident_bytes - before
        await asyncio.sleep(2 * SEND_TIMEOUT_SECONDS)  # Not reading for this long is what the story is about.
        assert (4408, True) == (await code_at_the_end(reader), grown < 32 * MEGABYTE)


def narrow_socket(client: httpx2.AsyncClient) -> socket.socket:
    """Connected, with so small a buffer that what is not read soon stops the sender."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    narrow.connect(("127.0.0.1", client.base_url.port))
    return narrow


async def flood(client: httpx2.AsyncClient, count: int) -> None:
    body = json.dumps({"name": "x", "description": "x" * 4_900})
    headers = {"Content-Type": "application/json"}
    for _ in range(count // 50):
        await asyncio.gather(*(client.post("/v1/projects", content=body, headers=headers) for _ in range(50)))


async def test_open_streams_do_not_hold_up_the_end(program: Any, client: httpx2.AsyncClient) -> None:
    async with client.stream("GET", "/v1/events", headers=EVENT_STREAM) as answer, connected(client) as socket:
        assert 200 == answer.status_code
        async with asyncio.timeout(4):
            assert 0 == await program.stop(signal.SIGTERM)
        assert await code_at_the_end(socket) in (1001, 1012)


@pytest.mark.parametrize("count", [300])
async def test_half_sent_requests_do_not_shut_others_out(program: Any, client: httpx2.AsyncClient, count: int) -> None:
    halves = [await asyncio.open_connection("127.0.0.1", client.base_url.port) for _ in range(count)]
    for _, writer in halves:
        writer.write(b"POST /v1/projects HTTP/1.1\r\nHost: x\r\n")
    assert 200 == (await client.get("/v1/projects")).status_code
    for _, writer in halves:
        writer.close()


async def test_a_trace_goes_on_from_the_request_into_the_log(
    program: Any, client: httpx2.AsyncClient, served_log: JetStreamLog
) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    made = (await client.post("/v1/projects", json={"name": "x"}, headers=headers)).json()
    traceparent = (await served_log.read("project", made["id"]))[0].metadata.traceparent
    assert traceparent is not None
    assert (trace_id, False) == (traceparent.split("-")[1], "b7ad6b7169203331" in traceparent)


async def test_a_gateway_without_a_token_says_what_it_lacks() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KINOLOG_")}
    command = (sys.executable, "-m", "kinolog.gateway")
    secret = {"KINOLOG_NATS_PASSWORD": "swordfish"}
    process = await asyncio.create_subprocess_exec(*command, env=environment | secret, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    assert (1, b"The gateway service cannot start. KINOLOG_TOKEN: Field required\n") == (process.returncode, told)
