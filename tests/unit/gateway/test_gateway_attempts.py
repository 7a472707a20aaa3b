"""The attempts at a job as its history tells them, and why it waits."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.job_decisions import (
    complete_attempt,
    confirm_cancel,
    fail_attempt,
    lose_worker,
    release_job,
    start_attempt,
)
from kinolog.common.errors import PassingError, Snooze
from kinolog.common.events import Event
from kinolog.common.events.job import Phase
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, started, submitted

ENCODING = Phase(name="encoding", seconds=1.5)


async def tried(log: MemoryLog, job_id: str, end: Any) -> None:
    """One attempt, which ends as `end` decides."""
    loaded = await load(log, JOB, job_id)
    await log.append(loaded.changes(start_attempt(loaded.require(), worker="wrk_1", lease_seconds=30.0)), ORIGIN)
    running = await load(log, JOB, job_id)
    ended: Event = end(running.require())
    await log.append(running.changes(ended), ORIGIN)


async def told(caller: httpx2.AsyncClient, job_id: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = (await caller.get(f"/v1/jobs/{job_id}/attempts")).json()["data"]
    return data


async def test_every_attempt_tells_how_it_ended(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    busy = PassingError("busy", "The disk is full.", detail="No space left on device")
    await tried(log, job_id, lambda job: fail_attempt(job, busy, now=NOON, jitter=0.0, phases=[ENCODING]))
    await tried(log, job_id, lambda job: lose_worker(job, now=NOON))
    await tried(log, job_id, lambda job: fail_attempt(job, Snooze(5, "not yet"), now=NOON, jitter=0.0))
    await tried(log, job_id, release_job)
    await tried(log, job_id, lambda job: complete_attempt(job, {}, [ENCODING]))
    attempts = await told(caller, job_id)
    assert ["failed", "worker_lost", "snoozed", "released", "completed"] == [each["outcome"] for each in attempts]
    assert [1, 2, 3, 4, 5] == [each["number"] for each in attempts]


async def test_a_failed_attempt_tells_its_error_and_where_its_time_went(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    job_id = await submitted(log)
    busy = PassingError("busy", "The disk is full.", detail="No space left on device")
    await tried(log, job_id, lambda job: fail_attempt(job, busy, now=NOON, jitter=0.0, phases=[ENCODING]))
    (attempt,) = await told(caller, job_id)
    assert ("wrk_1", "The disk is full.", "No space left on device", [ENCODING.model_dump()]) == (
        attempt["worker"],
        attempt["error"],
        attempt["detail"],
        attempt["phases"],
    )
    assert (NOON + timedelta(seconds=5)).isoformat() == attempt["retry_at"].replace("Z", "+00:00")


async def test_a_running_attempt_has_no_end(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    loaded = await load(log, JOB, job_id)
    await log.append(loaded.changes(start_attempt(loaded.require(), worker="wrk_1", lease_seconds=30.0)), ORIGIN)
    (attempt,) = await told(caller, job_id)
    assert ("running", None) == (attempt["outcome"], attempt["ended_at"])


async def test_a_cancelled_attempt_is_told_as_such(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    await tried(log, job_id, confirm_cancel)
    assert ["cancelled"] == [each["outcome"] for each in await told(caller, job_id)]


async def test_what_happens_between_attempts_is_no_part_of_one(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    await tried(log, job_id, lambda job: fail_attempt(job, PassingError("busy", "No."), now=NOON, jitter=0.0))
    await caller.post(f"/v1/jobs/{job_id}/cancel")
    assert ["failed"] == [each["outcome"] for each in await told(caller, job_id)]


async def test_a_job_that_was_never_tried_has_no_attempts(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    assert [] == await told(caller, await submitted(log))


async def test_a_job_tells_what_it_waits_for(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    answer = (await caller.get(f"/v1/jobs/{job_id}/why")).json()
    assert ("why", job_id, ["turn"]) == (
        answer["object"],
        answer["job_id"],
        [each["kind"] for each in answer["waits_for"]],
    )


async def test_what_is_not_there_waits_for_nothing(caller: httpx2.AsyncClient) -> None:
    paths = [f"/v1/jobs/job_{'0' * 32}/{name}" for name in ("why", "attempts")]
    assert [404, 404] == [(await caller.get(path)).status_code for path in paths]


@pytest.mark.parametrize("was_running", [False, True])
async def test_a_cancelled_job_tells_the_reason(caller: httpx2.AsyncClient, log: MemoryLog, was_running: bool) -> None:
    job_id = await submitted(log)
    if was_running:
        await started(log, job_id)
    await caller.post(f"/v1/jobs/{job_id}/cancel", json={"reason": "no need"})
    if was_running:
        loaded = await load(log, JOB, job_id)
        await log.append(loaded.changes(confirm_cancel(loaded.require())), ORIGIN)
    told = (await caller.get(f"/v1/jobs/{job_id}/why")).json()["waits_for"]
    assert ["the job is cancelled: no need"] == [wait["detail"] for wait in told]


async def test_the_reason_of_an_earlier_cancellation_is_none_of_the_last(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    job_id = await submitted(log)
    for verb, body in (("cancel", {"reason": "no need"}), ("retry", None), ("cancel", None)):
        await caller.post(f"/v1/jobs/{job_id}/{verb}", json=body)
    told = (await caller.get(f"/v1/jobs/{job_id}/why")).json()["waits_for"]
    assert ["the job is cancelled"] == [wait["detail"] for wait in told]
