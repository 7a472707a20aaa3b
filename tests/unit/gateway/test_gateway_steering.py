"""What people do to jobs that are there, one or many at once, with a reason that goes into the log."""

from typing import Any

import httpx2
import pytest

from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.job_decisions import fail_attempt
from kinolog.common.errors import LogUnavailable, PassingError
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.queries import ListName, ListQuery, Page
from kinolog.common.testing.examples import NOON, ORIGIN, completed, failed, started, submitted
from kinolog.gateway.memory import MemoryCatalog
from kinolog.gateway.params import Gateway


async def last_event(caller: httpx2.AsyncClient, job_id: str) -> dict[str, Any]:
    event: dict[str, Any] = (await caller.get(f"/v1/jobs/{job_id}/events")).json()["data"][-1]
    return event


@pytest.mark.parametrize(("verb", "kind"), [("cancel", "job.cancelled"), ("retry", "job.queued")])
async def test_a_reason_and_an_actor_are_in_the_event(
    caller: httpx2.AsyncClient, log: MemoryLog, verb: str, kind: str
) -> None:
    job_id = await submitted(log)
    if verb == "retry":
        await failed(log, job_id)
    await caller.post(f"/v1/jobs/{job_id}/{verb}", json={"reason": "because"})
    event = await last_event(caller, job_id)
    assert (kind, "because", "user:owner") == (event["type"], event["data"]["reason"], event["actor"])


async def test_a_pending_job_changes_its_lane(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    answer = await caller.post(f"/v1/jobs/{job_id}/priority", json={"priority": 7, "reason": "urgent"})
    event = await last_event(caller, job_id)
    assert (200, 7, "job.queued", 7) == (
        answer.status_code,
        answer.json()["priority"],
        event["type"],
        event["data"]["lane"],
    )


async def test_the_priority_that_a_job_has_changes_nothing(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.post(f"/v1/jobs/{await submitted(log)}/priority", json={"priority": 0})
    assert (200, 1) == (answer.status_code, await log.last_sequence())


async def test_the_priority_of_a_finished_job_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    await completed(log, job_id)
    assert 409 == (await caller.post(f"/v1/jobs/{job_id}/priority", json={"priority": 7})).status_code


@pytest.mark.parametrize("body", [{}, {"priority": "high"}, {"priority": 7, "reason": "x" * 201}, {"lane": 7}])
async def test_a_priority_that_is_none_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, body: dict[str, Any]
) -> None:
    assert 422 == (await caller.post(f"/v1/jobs/{await submitted(log)}/priority", json=body)).status_code


async def test_the_same_key_for_another_priority_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path, headers = f"/v1/jobs/{await submitted(log)}/priority", {"Idempotency-Key": "k"}
    await caller.post(path, json={"priority": 7}, headers=headers)
    again = await caller.post(path, json={"priority": 7}, headers=headers)
    other = await caller.post(path, json={"priority": 8}, headers=headers)
    assert (200, 422, 7) == (again.status_code, other.status_code, again.json()["priority"])


async def test_all_jobs_that_match_are_cancelled(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    wanted = [await submitted(log, type="caption") for _ in range(450)]
    other = await submitted(log)
    await started(log, wanted[0])
    await completed(log, wanted[1])
    answer = await caller.post("/v1/jobs/cancel", json={"filter": {"type": "caption"}, "reason": "all of it"})
    assert {
        "object": "bulk_change",
        "matched": 449,
        "changed": 449,
        "skipped": [],
        "is_complete": True,
    } == answer.json()
    assert "pending" == (await load(log, JOB, other)).require().status


async def test_a_job_whose_attempt_fails_between_two_looks_is_cancelled_too(
    caller: httpx2.AsyncClient, log: MemoryLog, catalog: MemoryCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id, ask = await submitted(log), catalog.page
    await started(log, job_id)

    async def page(name: ListName, query: ListQuery) -> Page:
        if query.filters["status"] == ["running"]:
            await paused_after_failure(log, job_id)
        return await ask(name, query)

    monkeypatch.setattr(catalog, "page", page)
    done = (await caller.post("/v1/jobs/cancel", json={"filter": {"queue": "render"}})).json()
    assert (1, 1, True) == (done["matched"], done["changed"], done["is_complete"])
    assert "cancelled" == (await load(log, JOB, job_id)).require().status


async def paused_after_failure(log: MemoryLog, job_id: str) -> None:
    """Its attempt comes to nothing, and the next one is to be later."""
    loaded = await load(log, JOB, job_id)
    error = PassingError("busy", "The server is busy.")
    await log.append(loaded.changes(fail_attempt(loaded.require(), error, now=NOON, jitter=0.0)), ORIGIN)


async def test_all_failed_jobs_are_tried_again(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    ids = [await submitted(log) for _ in range(3)]
    for job_id in ids[:2]:
        await failed(log, job_id)
    done = (await caller.post("/v1/jobs/retry", json={"filter": {"status": "failed"}})).json()
    assert (2, 2) == (done["matched"], done["changed"])


async def test_jobs_that_refuse_are_told_with_their_reason(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    ids = [await submitted(log) for _ in range(120)]
    for job_id in ids:
        await completed(log, job_id)
    done = (await caller.post("/v1/jobs/cancel", json={"filter": {"status": "completed"}})).json()
    assert (120, 0, 100, True) == (done["matched"], done["changed"], len(done["skipped"]), done["is_complete"])
    assert "is completed already" in done["skipped"][0]["reason"]


@pytest.mark.parametrize("body", [{}, {"filter": {}}, {"filter": {"status": None}}, {"filter": {"owner": "me"}}])
@pytest.mark.parametrize("verb", ["cancel", "retry"])
async def test_a_filter_that_says_nothing_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, verb: str, body: dict[str, Any]
) -> None:
    await submitted(log)
    answer = await caller.post(f"/v1/jobs/{verb}", json=body)
    assert (422, 1) == (answer.status_code, await log.last_sequence())


async def test_a_change_of_many_with_a_key_changes_each_job_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    await failed(log, job_id)
    request: dict[str, Any] = {"json": {"filter": {"queue": "render"}}, "headers": {"Idempotency-Key": "k"}}
    await caller.post("/v1/jobs/retry", **request)
    await failed(log, job_id)
    await caller.post("/v1/jobs/retry", **request)
    assert "failed" == (await load(log, JOB, job_id)).require().status


@pytest.mark.parametrize("again", [{"filter": {"type": "trim"}}, {"filter": {"queue": "render"}, "reason": "Another"}])
async def test_a_key_of_a_change_of_many_stands_for_that_change_alone(
    caller: httpx2.AsyncClient, log: MemoryLog, again: dict[str, Any]
) -> None:
    headers = {"Idempotency-Key": "k"}
    await caller.post("/v1/jobs/cancel", json={"filter": {"queue": "render"}}, headers=headers)
    job_id = await submitted(log)
    answer = await caller.post("/v1/jobs/cancel", json=again, headers=headers)
    assert (422, "idempotency-mismatch") == (answer.status_code, answer.json()["type"])
    assert "pending" == (await load(log, JOB, job_id)).require().status


async def test_the_same_key_may_cancel_and_then_try_again(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await submitted(log)
    request: dict[str, Any] = {"json": {"filter": {"queue": "render"}}, "headers": {"Idempotency-Key": "k"}}
    answers = [await caller.post(f"/v1/jobs/{verb}", **request) for verb in ("cancel", "retry")]
    assert [1, 1] == [answer.json()["changed"] for answer in answers]


async def test_when_time_runs_out_the_rest_is_left_for_a_repetition(
    caller: httpx2.AsyncClient, log: MemoryLog, gateway: Gateway
) -> None:
    await submitted(log)
    object.__setattr__(gateway, "bulk_seconds", -1.0)
    done = (await caller.post("/v1/jobs/cancel", json={"filter": {"queue": "render"}})).json()
    assert (0, False, 1) == (done["changed"], done["is_complete"], await log.last_sequence())


async def test_what_the_log_does_not_take_is_left_for_a_repetition(
    caller: httpx2.AsyncClient, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> int:
        raise LogUnavailable("no answer")

    await submitted(log)
    monkeypatch.setattr(log, "append", fail)
    done = (await caller.post("/v1/jobs/cancel", json={"filter": {"queue": "render"}})).json()
    assert (1, 0, False) == (done["matched"], done["changed"], done["is_complete"])
