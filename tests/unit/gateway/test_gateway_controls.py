"""What people set while the platform runs: paused queues, draining workers, the shares of projects."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from kinolog.common.clock import system_clock
from kinolog.common.controls import ProjectShare, QueueControl, WorkerControl, read_control
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created, started, submitted
from kinolog.common.worker.memory import MemoryBoard
from kinolog.common.worker.progress import Presence
from kinolog.gateway.memory import MemoryCatalog

WORKER_ID = f"wrk_{'1' * 32}"


async def queue(caller: httpx2.AsyncClient, name: str = "render") -> dict[str, Any]:
    queues = (await caller.get("/v1/queues")).json()["data"]
    return next(each for each in queues if each["name"] == name)


async def a_worker(board: MemoryBoard, age_seconds: float = 0.0) -> None:
    at = system_clock() - timedelta(seconds=age_seconds)
    presence = Presence(
        id=WORKER_ID,
        service="render",
        queue="render",
        host="h",
        pid=7,
        slots=2,
        job_types=("burn",),
        started_at=at,
        at=at,
    )
    await board.announce(presence)


async def test_a_queue_is_paused_with_a_reason_and_an_actor(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.post("/v1/queues/render/pause", json={"reason": "a new driver"})
    told = await queue(caller)
    assert (200, True, "a new driver", "user:owner") == (
        answer.status_code,
        told["is_paused"],
        told["reason"],
        told["changed_by"],
    )
    assert (await read_control(log, QueueControl, "queue.render")).is_paused


async def test_pausing_twice_says_it_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answers = [await caller.post("/v1/queues/render/pause") for _ in range(2)]
    assert ([200, 200], 1) == ([each.status_code for each in answers], await log.last_sequence())


async def test_a_paused_queue_is_resumed(caller: httpx2.AsyncClient) -> None:
    await caller.post("/v1/queues/render/pause")
    answer = await caller.post("/v1/queues/render/resume", json={"reason": "the driver works"})
    assert (200, False, "the driver works") == (
        answer.status_code,
        answer.json()["is_paused"],
        answer.json()["reason"],
    )


async def test_resuming_a_queue_that_was_never_paused_changes_nothing(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    answer = await caller.post("/v1/queues/render/resume")
    assert (200, False, None, 0) == (
        answer.status_code,
        answer.json()["is_paused"],
        answer.json()["changed_by"],
        await log.last_sequence(),
    )


async def test_a_pause_with_a_key_is_not_repeated_after_a_resume(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    headers = {"Idempotency-Key": "k"}
    await caller.post("/v1/queues/render/pause", headers=headers)
    await caller.post("/v1/queues/render/resume")
    answer = await caller.post("/v1/queues/render/pause", headers=headers)
    assert (False, 2) == (answer.json()["is_paused"], await log.last_sequence())


@pytest.mark.parametrize("name", ["bench", "nothing", "*", "render.0"])
async def test_a_queue_that_is_not_there_is_not_found(caller: httpx2.AsyncClient, log: MemoryLog, name: str) -> None:
    assert 404 == (await caller.post(f"/v1/queues/{name}/pause")).status_code
    assert 0 == await log.last_sequence()


async def test_a_queue_tells_what_waits_in_each_lane(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await submitted(log, priority=7)
    await started(log, await submitted(log, priority=7))
    told = await queue(caller)
    lane = next(lane for lane in told["lanes"] if lane["lane"] == 7)
    assert ("catalog", 2, 1, 1) == (told["source"], lane["depth"], lane["waiting"], lane["running"])
    assert 0 <= told["oldest_age_seconds"] < 60


async def test_without_the_catalog_a_queue_still_tells_its_depth(
    caller: httpx2.AsyncClient, catalog: MemoryCatalog
) -> None:
    await caller.post("/v1/queues/render/pause")
    catalog.is_there = False
    told = await queue(caller)
    assert ("consumers", 0, None, True) == (told["source"], told["depth"], told["waiting"], told["is_paused"])


async def test_a_worker_is_shown_with_what_it_can_do(caller: httpx2.AsyncClient, board: MemoryBoard) -> None:
    await a_worker(board)
    worker = (await caller.get("/v1/workers")).json()["data"][0]
    assert ("worker", WORKER_ID, ["burn"], False) == (
        worker["object"],
        worker["id"],
        worker["job_types"],
        worker["drain"]["is_draining"],
    )


async def test_a_worker_is_told_to_drain_and_to_go_on(
    caller: httpx2.AsyncClient, log: MemoryLog, board: MemoryBoard
) -> None:
    await a_worker(board)
    drained = (await caller.post(f"/v1/workers/{WORKER_ID}/drain", json={"reason": "maintenance"})).json()
    is_draining = (await read_control(log, WorkerControl, f"worker.{WORKER_ID}")).is_draining
    undrained = (await caller.post(f"/v1/workers/{WORKER_ID}/undrain")).json()
    assert (True, "maintenance", True, False) == (
        drained["drain"]["is_draining"],
        drained["drain"]["reason"],
        is_draining,
        undrained["drain"]["is_draining"],
    )


@pytest.mark.parametrize("worker_id", [WORKER_ID, "render-1"])
async def test_a_worker_that_is_gone_is_not_found(
    caller: httpx2.AsyncClient, log: MemoryLog, board: MemoryBoard, worker_id: str
) -> None:
    await a_worker(board, age_seconds=60)
    assert 404 == (await caller.post(f"/v1/workers/{worker_id}/drain")).status_code
    assert 0 == await log.last_sequence()


async def test_a_project_gets_a_share(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    body = {"weight": 2.5, "max_running": 4, "reason": "a deadline"}
    answer = await caller.put(f"/v1/projects/{project_id}/share", json=body)
    share = await read_control(log, ProjectShare, f"project.{project_id}.share")
    assert (200, 2.5, 4, "a deadline", False) == (
        answer.status_code,
        share.weight,
        share.max_running,
        answer.json()["reason"],
        answer.json()["is_default"],
    )


async def test_a_share_that_was_never_set_is_the_default(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    share = (await caller.get(f"/v1/projects/{await created(log)}/share")).json()
    assert (1.0, None, True, None) == (share["weight"], share["max_running"], share["is_default"], share["changed_by"])


async def test_clearing_a_share_twice_says_it_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/projects/{await created(log)}/share"
    await caller.put(path, json={"weight": 2})
    answers = [await caller.delete(f"{path}?reason=over") for _ in range(2)]
    assert ([1.0, 1.0], True, "over", 3) == (
        [each.json()["weight"] for each in answers],
        answers[1].json()["is_default"],
        answers[0].json()["reason"],
        await log.last_sequence(),
    )


@pytest.mark.parametrize(
    "body",
    [
        {"weight": 0},
        {"weight": "2"},
        {"weight": True},
        {"weight": 1e9},
        {"max_running": -1},
        {"max_running": 1.5},
        {"lane": 1},
    ],
)
async def test_a_share_that_is_none_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, body: dict[str, Any]
) -> None:
    answer = await caller.put(f"/v1/projects/{await created(log)}/share", json=body)
    assert (422, f"/{next(iter(body))}", 1) == (
        answer.status_code,
        answer.json()["errors"][0]["pointer"],
        await log.last_sequence(),
    )


async def test_the_share_of_a_project_that_is_not_there_is_not_found(caller: httpx2.AsyncClient) -> None:
    assert 404 == (await caller.put(f"/v1/projects/prj_{'0' * 32}/share", json={"weight": 2})).status_code
