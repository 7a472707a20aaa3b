"""Jobs that wait for other jobs or for a time, and work on what others give."""

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from kinolog.common.aggregates import JOB
from kinolog.common.clock import system_clock
from kinolog.common.jobs import JOB_TYPES
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created, registered, submitted

TRIM = {"start_time": 1.0, "end_time": 2.0}


async def a_caption_job(caller: httpx2.AsyncClient, log: MemoryLog) -> dict[str, Any]:
    answer = await caller.post("/v1/jobs", json={"type": "caption", "video_id": await registered(log)})
    job: dict[str, Any] = answer.json()
    return job


async def an_upload(log: MemoryLog, **changes: Any) -> str:
    return await submitted(log, type="upload", queue="ingest", video_id=None, input_data={}, **changes)


async def test_a_job_waits_for_those_it_depends_on(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    first = await submitted(log)
    body = {"type": "trim", "video_id": await registered(log), "input_data": TRIM, "depends_on": [first]}
    job = (await caller.post("/v1/jobs", json=body)).json()
    assert ("pending", True, [first]) == (job["status"], job["is_waiting"], job["depends_on"])


async def test_a_waiting_job_belongs_to_its_project_from_the_beginning(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    project_id = await created(log)
    upload = await an_upload(log, project_id=project_id)
    body = {"type": "caption", "video_id": {"$from": f"{upload}.video_id"}}
    job = (await caller.post("/v1/jobs", json=body)).json()
    assert (project_id, f"{upload}.video_id", [upload]) == (job["project_id"], job["video_from"], job["depends_on"])


async def test_input_may_refer_to_what_another_job_gives(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    first = await submitted(log)
    given = {"start_time": {"$from": f"{first}.start_time"}, "end_time": 2.0}
    body = {"type": "trim", "video_id": await registered(log), "input_data": given}
    job = (await caller.post("/v1/jobs", json=body)).json()
    assert (given, [first]) == (job["input_data"], job["depends_on"])


async def test_a_list_may_hold_what_other_jobs_give(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    clip, project_id = await submitted(log), await created(log)
    given = {"video_ids": [await registered(log, project_id=project_id), {"$from": f"{clip}.video_id"}]}
    job = (await caller.post("/v1/jobs", json={"type": "merge", "project_id": project_id, "input_data": given})).json()
    assert (given, [clip], True) == (job["input_data"], job["depends_on"], job["is_waiting"])


async def test_what_stands_beside_a_reference_in_a_list_is_checked(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    given = {"video_ids": [{"$from": f"{await submitted(log)}.video_id"}, "film.mp4"]}
    body = {"type": "merge", "project_id": await created(log), "input_data": given}
    answer = await caller.post("/v1/jobs", json=body)
    assert (422, "/input_data/video_ids/1") == (answer.status_code, answer.json()["errors"][0]["pointer"])


@pytest.mark.parametrize("field", ["nothing", "status", "input_data", "__class__", "model_fields"])
async def test_a_reference_to_what_a_job_does_not_give_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, field: str
) -> None:
    given = {"start_time": {"$from": f"{await submitted(log)}.{field}"}, "end_time": 2.0}
    answer = await caller.post(
        "/v1/jobs", json={"type": "trim", "video_id": await registered(log), "input_data": given}
    )
    assert (422, "/input_data/start_time") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_burn_takes_the_caption_that_it_waits_for(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    caption = await a_caption_job(caller, log)
    body = {"type": "burn", "video_id": caption["video_id"], "depends_on": [caption["id"]]}
    job = (await caller.post("/v1/jobs", json=body)).json()
    assert {"$from": f"{caption['id']}.caption_id"} == job["input_data"]["caption_id"]


async def test_a_burn_that_waits_for_two_captions_must_say_which(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    jobs = [(await a_caption_job(caller, log))["id"] for _ in range(2)]
    body = {"type": "burn", "video_id": await registered(log), "depends_on": jobs}
    answer = await caller.post("/v1/jobs", json=body)
    assert (422, "/input_data/caption_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_burn_of_a_video_to_come_needs_a_caption(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"type": "burn", "video_id": {"$from": f"{await an_upload(log)}.video_id"}}
    answer = await caller.post("/v1/jobs", json=body)
    assert (422, "/input_data/caption_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_delay_becomes_the_time_to_wait_for(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"type": "trim", "video_id": await registered(log), "input_data": TRIM, "delay_seconds": 600}
    before = system_clock()
    job = (await caller.post("/v1/jobs", json=body)).json()
    not_before = datetime.fromisoformat(job["not_before"])
    assert before + timedelta(seconds=600) <= not_before <= system_clock() + timedelta(seconds=600)


async def test_the_same_key_and_delay_make_one_job(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"type": "trim", "video_id": await registered(log), "input_data": TRIM, "delay_seconds": 600}
    answers = [await caller.post("/v1/jobs", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    "change",
    [
        {"delay_seconds": 601},
        {"depends_on": []},
        {"on_failure": "keep"},
        {"attempt_timeout_seconds": 5},
        {"reason": "because"},
        {"input_data": {**TRIM, "title": "x"}},
    ],
)
async def test_the_same_key_for_a_job_that_waits_otherwise_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, change: dict[str, Any]
) -> None:
    body = {"type": "trim", "video_id": await registered(log), "input_data": TRIM, "delay_seconds": 600}
    body["depends_on"] = [await submitted(log)]
    headers = {"Idempotency-Key": "k"}
    await caller.post("/v1/jobs", json=body, headers=headers)
    answer = await caller.post("/v1/jobs", json={**body, **change}, headers=headers)
    assert (422, "idempotency-mismatch") == (answer.status_code, answer.json()["type"])


async def test_a_default_that_is_written_out_is_the_same_request(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"type": "trim", "video_id": await registered(log), "input_data": TRIM}
    headers = {"Idempotency-Key": "k"}
    first = await caller.post("/v1/jobs", json=body, headers=headers)
    again = await caller.post("/v1/jobs", json={**body, "priority": 0, "reason": None}, headers=headers)
    assert first.json() == again.json()


async def test_what_is_left_open_is_the_types_patience(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job = await a_caption_job(caller, log)
    patience = JOB_TYPES["caption"].patience
    assert (patience.max_retries, patience.attempt_timeout_seconds, patience.heartbeat_timeout_seconds) == (
        job["max_retries"],
        job["attempt_timeout_seconds"],
        job["heartbeat_timeout_seconds"],
    )


async def test_a_total_timeout_becomes_a_deadline(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"type": "caption", "video_id": await registered(log), "total_timeout_seconds": 60}
    job = (await caller.post("/v1/jobs", json=body)).json()
    waited = datetime.fromisoformat(job["deadline"]) - datetime.fromisoformat(job["created_at"])
    assert timedelta(seconds=60) == waited


async def test_the_reason_of_a_submission_is_in_the_log(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"type": "caption", "video_id": await registered(log), "reason": "the customer asked"}
    job = (await caller.post("/v1/jobs", json=body)).json()
    event = (await caller.get(f"/v1/jobs/{job['id']}/events")).json()["data"][0]
    assert ("job.queued", "the customer asked") == (event["type"], event["data"]["reason"])


async def test_a_waiting_job_is_cancelled_at_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    caption = await a_caption_job(caller, log)
    body = {"type": "burn", "video_id": caption["video_id"], "depends_on": [caption["id"]]}
    job_id = (await caller.post("/v1/jobs", json=body)).json()["id"]
    await caller.post(f"/v1/jobs/{job_id}/cancel", json={"reason": "not wanted"})
    assert "cancelled" == (await load(log, JOB, job_id)).require().status
