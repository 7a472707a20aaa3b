"""The live channels on the real thing: nothing lost, nothing twice, whatever the client or the gateway does."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from kinolog.common.subjects import job_progress
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import NOON, created, submitted
from kinolog.common.worker.progress import Heartbeat

TOKEN = "a-token-for-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@asynccontextmanager
async def connected(url: str, headers: dict[str, str] | None = None, **options: Any) -> AsyncIterator[ClientConnection]:
    async with connect(url, additional_headers=BEARER if headers is None else headers, proxy=None, **options) as socket:
        yield socket


async def take(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(20):
        return [json.loads(await socket.recv()) for _ in range(count)]


def sequences(messages: Sequence[dict[str, Any]]) -> list[int]:
    return [message["seq"] for message in messages]


async def closing(url: str, headers: dict[str, str] | None = None) -> int:
    """The code with which the gateway ends a connection."""
    async with connected(url, headers) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 10)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def test_an_event_arrives_as_it_happens(platform: Any) -> None:
    async with connected(platform.socket_url) as socket:
        project_id = await created(platform.log, "Winter")
        message = (await take(socket, 1))[0]
    assert (1, "project.created", f"evt.project.{project_id}.1.created", {"name": "Winter", "description": None}) == (
        message["seq"],
        message["type"],
        message["subject"],
        message["data"],
    )
    assert {"seq", "type", "subject", "id", "time", "actor", "correlation_id", "data"} == set(message)


async def test_catching_up_runs_into_the_live_events_without_a_gap(platform: Any) -> None:
    for _ in range(60):
        await created(platform.log)
    async with connected(f"{platform.socket_url}?since=0") as socket:
        writing = asyncio.create_task(write(platform, 60))
        messages = await take(socket, 120)
        await writing
    assert list(range(1, 121)) == sequences(messages)


async def write(platform: Any, count: int) -> None:
    for _ in range(count):
        await created(platform.log)


async def test_a_client_that_comes_back_misses_nothing(platform: Any) -> None:
    async with connected(platform.socket_url) as socket:
        await created(platform.log)
        last = sequences(await take(socket, 1))[-1]
    for _ in range(3):
        await created(platform.log)
    async with connected(f"{platform.socket_url}?since={last}") as socket:
        assert [2, 3, 4] == sequences(await take(socket, 3))


async def test_a_client_hears_only_of_the_jobs_it_asked_for(platform: Any) -> None:
    wanted = await submitted(platform.log)
    async with connected(platform.socket_url) as socket:
        await socket.send(json.dumps({"subscribe": {"jobs": [wanted]}}))
        await heard(platform, socket)
        await created(platform.log)
        await platform.client.post(f"/v1/jobs/{wanted}/cancel")
        while (message := (await take(socket, 1))[0])["type"] == "progress":
            pass
    assert ("job.cancelled", wanted) == (message["type"], message["subject"].split(".")[2])


async def heard(platform: Any, socket: ClientConnection) -> None:
    """A message is read before a later ping is answered."""
    await (await socket.ping())
    await platform.client.get("/healthz")


async def test_a_client_hears_of_everything_in_a_project(platform: Any) -> None:
    project_id, other = await created(platform.log), await created(platform.log)
    await submitted(platform.log, project_id=other)
    job_id = await submitted(platform.log, project_id=project_id)
    async with connected(f"{platform.socket_url}?since=4") as socket:
        await socket.send(json.dumps({"subscribe": {"projects": [project_id]}}))
        await heard(platform, socket)
        await created(platform.log)
        await platform.client.post(f"/v1/jobs/{job_id}/cancel")
        assert ["job.cancelled"] == [message["type"] for message in await take(socket, 1)]


async def test_progress_is_passed_on(platform: Any, nats_client: Client) -> None:
    job_id = await submitted(platform.log)
    beat = Heartbeat(job_id=job_id, attempt=1, worker="w", at=NOON, phase="encoding", percent=50.0)
    async with connected(platform.socket_url) as socket:
        await nats_client.publish(job_progress(job_id), beat.model_dump_json().encode())
        message = (await take(socket, 1))[0]
    assert ("progress", job_id, "encoding", 50.0) == tuple(
        message[name] for name in ("type", "job_id", "phase", "percent")
    )


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Cookie": "kinolog-8420=forged"}])
async def test_without_the_token_the_socket_closes(platform: Any, headers: dict[str, str]) -> None:
    assert 4401 == await closing(platform.socket_url, headers)


async def test_a_foreign_page_may_not_connect(platform: Any) -> None:
    assert 4403 == await closing(platform.socket_url, {**BEARER, "Origin": "http://evil.example"})


@pytest.mark.parametrize("since", ["1000", "-1", "x", "99999999999999999999", "1" * 5_000, ""])
async def test_a_place_that_is_not_in_the_log_is_refused(platform: Any, since: str) -> None:
    assert 4400 == await closing(f"{platform.socket_url}?since={since}")


async def test_a_parameter_that_nobody_reads_is_refused(platform: Any) -> None:
    assert 4400 == await closing(f"{platform.socket_url}?sicne=1")


@pytest.mark.parametrize("message", ["nonsense", "{}", '{"subscribe": {"everything": true}}', "x" * 1_000, b"binary"])
async def test_a_client_that_talks_nonsense_is_told_so(platform: Any, message: str | bytes) -> None:
    async with connected(platform.socket_url) as socket:
        await socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 10)
    assert closed.value.rcvd is not None
    assert 4400 == closed.value.rcvd.code


async def sent_ids(lines: AsyncIterator[str], count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(20):
        async for line in lines:
            if line.startswith("id: "):
                found.append(int(line.removeprefix("id: ")))
            if len(found) == count:
                return found
    raise AssertionError(f"the stream ended after {found}")


async def test_events_are_sent_to_browsers(platform: Any) -> None:
    await created(platform.log)
    accept = {"Accept": "text/event-stream"}
    async with platform.client.stream("GET", "/v1/events?since=0", headers=accept) as answer:
        lines = answer.aiter_lines()
        await created(platform.log)
        assert ("text/event-stream; charset=utf-8", [1, 2]) == (
            answer.headers["content-type"],
            await sent_ids(lines, 2),
        )


async def test_a_browser_that_comes_back_misses_nothing(platform: Any) -> None:
    for _ in range(30):
        await created(platform.log)
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "28"}
    async with platform.client.stream("GET", "/v1/events", headers=headers) as answer:
        assert [29, 30] == await sent_ids(answer.aiter_lines(), 2)


async def test_live_events_go_on_after_the_log_was_away(platform: Any, nats_server: Any) -> None:
    async with connected(platform.socket_url) as socket:
        await created(platform.log)
        assert [1] == sequences(await take(socket, 1))
        nats_server.kill()
        nats_server.start()
        await eventually(platform.is_ready, within=20)
        await platform.client.post("/v1/projects", json={"name": "after"})
        assert [2] == sequences(await take(socket, 1))
