"""What the gateway tells about the platform and about itself."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from kinolog.common.clock import system_clock
from kinolog.common.errors import LogUnavailable
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created, registered, submitted
from kinolog.common.worker.memory import MemoryBoard
from kinolog.common.worker.progress import Presence
from kinolog.gateway.memory import MemoryCatalog


def a_worker(name: str, age_seconds: float) -> Presence:
    at = system_clock() - timedelta(seconds=age_seconds)
    return Presence(
        id=name, service="render", queue="render", host="h", pid=7, slots=2, running=("job_1",), started_at=at, at=at
    )


async def test_the_gateway_lives_whatever_else_does(stranger: httpx2.AsyncClient, catalog: MemoryCatalog) -> None:
    catalog.is_there = False
    assert (200, {"status": "ok"}) == ((answer := await stranger.get("/healthz")).status_code, answer.json())


async def test_the_gateway_is_ready_when_log_and_catalog_answer(stranger: httpx2.AsyncClient) -> None:
    assert 200 == (await stranger.get("/readyz")).status_code


async def test_the_gateway_is_not_ready_without_the_catalog(
    stranger: httpx2.AsyncClient, catalog: MemoryCatalog
) -> None:
    catalog.is_there = False
    answer = await stranger.get("/readyz")
    assert (503, ["catalog"]) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])


async def test_a_log_that_cannot_be_reached_is_a_503(
    caller: httpx2.AsyncClient, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> int:
        raise LogUnavailable("no answer")

    monkeypatch.setattr(log, "append", fail)
    answer = await caller.post("/v1/projects", json={"name": "x"})
    assert (503, "log-unavailable", "2") == (
        answer.status_code,
        answer.json()["type"],
        answer.headers["retry-after"],
    )


async def test_a_queue_shows_the_workers_that_are_there(caller: httpx2.AsyncClient, board: MemoryBoard) -> None:
    await board.announce(a_worker("alive", age_seconds=1))
    await board.announce(a_worker("gone", age_seconds=60))
    queues = {queue["name"]: queue for queue in (await caller.get("/v1/queues")).json()["data"]}
    assert ({"ingest", "transcribe", "transcribe-gpu", "render", "render-gpu"}, ["alive"]) == (
        set(queues),
        [worker["id"] for worker in queues["render"]["workers"]],
    )
    worker = queues["render"]["workers"][0]
    assert ("h", 7, "render", 2, ["job_1"]) == tuple(
        worker[name] for name in ("host", "pid", "service", "slots", "running")
    )


async def test_a_queue_shows_every_lane_from_the_top(caller: httpx2.AsyncClient) -> None:
    queue = (await caller.get("/v1/queues")).json()["data"][0]
    assert list(range(10, -1, -1)) == [lane["lane"] for lane in queue["lanes"]]


async def test_statistics_count_what_there_is(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await created(log)
    await registered(log)
    await submitted(log)
    stats = (await caller.get("/v1/stats")).json()
    assert (1, 1, 0, {"pending": 1}) == (
        stats["projects"],
        stats["videos"],
        stats["captions"],
        stats["jobs"]["by_status"],
    )


async def test_the_log_is_read_page_by_page(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    for _ in range(3):
        await created(log)
    first = (await caller.get("/v1/events?limit=2")).json()
    rest = (await caller.get(f"/v1/events?limit=2&cursor={first['next_cursor']}")).json()
    assert ([1, 2], [3], True, False) == (
        [event["seq"] for event in first["data"]],
        [event["seq"] for event in rest["data"]],
        first["has_more"],
        rest["has_more"],
    )


async def test_the_log_is_read_from_after_a_sequence(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    for _ in range(3):
        await created(log)
    assert [3] == [event["seq"] for event in (await caller.get("/v1/events?since=2")).json()["data"]]


async def test_the_log_is_filtered_by_type_and_by_aggregate(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await created(log)
    project_id = await created(log)
    await submitted(log)
    path = f"/v1/events?type=project.created&aggregate={project_id}"
    assert [2] == [event["seq"] for event in (await caller.get(path)).json()["data"]]


async def test_a_broken_event_does_not_hide_the_others(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await log.append_raw(f"evt.project.prj_{'0' * 32}.1.created", {}, b"broken")
    await created(log)
    assert [2] == [event["seq"] for event in (await caller.get("/v1/events")).json()["data"]]


async def test_every_operation_is_described_with_its_problems(stranger: httpx2.AsyncClient) -> None:
    description = (await stranger.get("/openapi.json")).json()
    operations = [
        operation
        for path in description["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "patch", "delete")
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert all({"4XX", "5XX"} <= set(operation["responses"]) for operation in operations)
    assert "Problem" in description["components"]["schemas"]
    assert "HTTPValidationError" not in description["components"]["schemas"]


async def test_a_rare_event_is_found_behind_many_others(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    for _ in range(600):
        await created(log)
    await submitted(log)
    page = (await caller.get("/v1/events?type=job.queued")).json()
    assert ([601], False, None) == ([event["seq"] for event in page["data"]], page["has_more"], page["next_cursor"])
