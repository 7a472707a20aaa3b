"""Schedules over HTTP: made, changed, paused, asked for their times, fired by hand."""

from typing import Any

import httpx2
import pytest

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created, registered, submitted

MISSING = f"vid_{'0' * 32}"


async def a_schedule(log: MemoryLog, **changes: Any) -> dict[str, Any]:
    job = {"type": "caption", "video_id": await registered(log, project_id=await created(log))}
    return {"name": "Nightly", "cron": "30 2 * * *", "timezone": "Europe/Zurich", "job": job, **changes}


async def made(caller: httpx2.AsyncClient, log: MemoryLog, **changes: Any) -> dict[str, Any]:
    answer = await caller.post("/v1/schedules", json=await a_schedule(log, **changes))
    schedule: dict[str, Any] = answer.json()
    return schedule


async def test_a_schedule_is_made_with_its_next_time(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.post("/v1/schedules", json=await a_schedule(log))
    schedule = answer.json()
    assert (201, f"/v1/schedules/{schedule['id']}", "schedule") == (
        answer.status_code,
        answer.headers["location"],
        schedule["object"],
    )
    assert ("30 2 * * *", "caption", ":30:00+00:00") == (
        schedule["timing"]["cron"],
        schedule["job"]["type"],
        schedule["next_at"][13:],
    )


async def test_the_same_key_makes_one_schedule(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body, headers = await a_schedule(log, cron=None, every_seconds=60), {"Idempotency-Key": "k"}
    answers = [await caller.post("/v1/schedules", json=body, headers=headers) for _ in range(2)]
    other = await caller.post("/v1/schedules", json={**body, "every_seconds": 61}, headers=headers)
    assert (answers[0].json()["id"], 3, 422) == (answers[1].json()["id"], await log.last_sequence(), other.status_code)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"cron": None}, "/cron"),
        ({"every_seconds": 60}, "/cron"),
        ({"cron": "30 25 * * *"}, "/cron"),
        ({"cron": "* * 30 2 *"}, "/cron"),
        ({"cron": "* " * 100}, "/cron"),
        ({"timezone": "Europe/Atlantis"}, "/timezone"),
        ({"timezone": "../../etc/passwd"}, "/timezone"),
        ({"cron": None, "every_seconds": 60, "timezone": "Europe/Atlantis"}, "/timezone"),
        ({"cron": None, "every_seconds": True}, "/every_seconds"),
        ({"cron": None, "every_seconds": 0.1}, "/every_seconds"),
        ({"cron": None, "every_seconds": -5}, "/every_seconds"),
        ({"starts_at": "2026-01-01T00:00:00"}, "/starts_at"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, "/starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "/starts_at"),
        ({"catch_up": "some"}, "/catch_up"),
        ({"catch_up_window_seconds": 0}, "/catch_up_window_seconds"),
        ({"overlap": "queue"}, "/overlap"),
        ({"job": {"type": "teleport"}}, "/job/type"),
        ({"job": {"type": "caption"}}, "/job/video_id"),
        ({"job": {"type": "caption", "video_id": "x", "delay_seconds": 5}}, "/job/delay_seconds"),
        ({"job": {"type": "caption", "video_id": "x", "input_data": {"language": "?"}}}, "/job/input_data/language"),
        ({"job": {"type": "caption", "video_id": {"$from": f"job_{'0' * 32}.video_id"}}}, "/job/video_id"),
    ],
)
async def test_a_schedule_that_makes_no_sense_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, changes: dict[str, Any], pointer: str
) -> None:
    answer = await caller.post("/v1/schedules", json=await a_schedule(log, **changes))
    assert (422, pointer, 2) == (
        answer.status_code,
        answer.json()["errors"][0]["pointer"],
        await log.last_sequence(),
    )


async def test_a_schedule_for_a_video_that_is_not_there_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = await a_schedule(log, job={"type": "caption", "video_id": MISSING})
    answer = await caller.post("/v1/schedules", json=body)
    assert (404, "/job/video_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_schedules_are_listed_as_they_are_read(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    schedule = await made(caller, log)
    read = (await caller.get(f"/v1/schedules/{schedule['id']}")).json()
    assert [read] == (await caller.get("/v1/schedules")).json()["data"]


async def test_a_patch_changes_only_what_it_names(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    schedule = await made(caller, log)
    path = f"/v1/schedules/{schedule['id']}"
    patched = (await caller.patch(path, json={"name": "Weekly", "timezone": "UTC", "reason": "quieter"})).json()
    assert ("Weekly", "UTC", "30 2 * * *", schedule["job"]) == (
        patched["name"],
        patched["timing"]["timezone"],
        patched["timing"]["cron"],
        patched["job"],
    )


async def test_an_interval_takes_the_place_of_an_expression(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/schedules/{(await made(caller, log))['id']}"
    timing = (await caller.patch(path, json={"every_seconds": 60})).json()["timing"]
    assert (None, 60.0, False) == (timing["cron"], timing["every_seconds"], timing["starts_at"] is None)


async def test_a_patch_that_changes_nothing_writes_nothing(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    schedule = await made(caller, log)
    answer = await caller.patch(f"/v1/schedules/{schedule['id']}", json={"cron": "30 2 * * *", "name": "Nightly"})
    assert (200, 3) == (answer.status_code, await log.last_sequence())


async def test_a_bad_patch_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/schedules/{(await made(caller, log))['id']}"
    answers = [await caller.patch(path, json=body) for body in ({"cron": "x"}, {"name": None}, {"owner": 1})]
    assert ([422] * 3, 3) == ([each.status_code for each in answers], await log.last_sequence())


async def test_a_paused_schedule_has_no_next_time(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/schedules/{(await made(caller, log))['id']}"
    paused = [(await caller.post(f"{path}/pause", json={"reason": "holidays"})).json() for _ in range(2)]
    resumed = (await caller.post(f"{path}/resume")).json()
    assert (True, None, True, 5) == (
        paused[1]["is_paused"],
        paused[1]["next_at"],
        resumed["next_at"] is not None,
        await log.last_sequence(),
    )


async def test_the_next_times_are_told_in_the_schedules_own_zone(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    schedule = await made(caller, log)
    told = (await caller.get(f"/v1/schedules/{schedule['id']}/next?count=3")).json()
    assert [3, "02:30:00", schedule["next_at"]] == [
        len(told["data"]),
        told["data"][0]["local"][11:19],
        told["data"][0]["at"],
    ]


async def test_a_schedule_is_fired_by_hand(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    schedule = await made(caller, log)
    answer = await caller.post(f"/v1/schedules/{schedule['id']}/fire", json={"reason": "at once"})
    job = answer.json()
    assert (202, "caption", schedule["id"], schedule["job"]["video_id"]) == (
        answer.status_code,
        job["type"],
        job["schedule_id"],
        job["video_id"],
    )


async def test_firing_with_a_key_is_done_once(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path, headers = f"/v1/schedules/{(await made(caller, log))['id']}/fire", {"Idempotency-Key": "k"}
    answers = [await caller.post(path, headers=headers) for _ in range(2)]
    assert (answers[0].json()["id"], 4) == (answers[1].json()["id"], await log.last_sequence())


async def test_the_key_of_one_schedule_is_refused_for_another(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    paths = [f"/v1/schedules/{(await made(caller, log))['id']}/fire" for _ in range(2)]
    answers = [await caller.post(path, headers={"Idempotency-Key": "k"}) for path in paths]
    assert [202, 422] == [answer.status_code for answer in answers]
    assert "idempotency-mismatch" == answers[1].json()["type"]


async def test_a_deleted_schedule_is_left_alone(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/schedules/{(await made(caller, log))['id']}"
    deleted = [await caller.delete(f"{path}?reason=over") for _ in range(2)]
    refused = [await caller.post(f"{path}/fire"), await caller.patch(path, json={"name": "x"})]
    assert ([200, 200], [409, 409], 4) == (
        [each.status_code for each in deleted],
        [each.status_code for each in refused],
        await log.last_sequence(),
    )


async def test_a_schedule_that_is_not_there_is_not_found(caller: httpx2.AsyncClient) -> None:
    paths = [f"/v1/schedules/sch_{'0' * 32}", "/v1/schedules/7", f"/v1/schedules/sch_{'0' * 32}/next"]
    assert [404] * 3 == [(await caller.get(path)).status_code for path in paths]


async def test_jobs_are_listed_by_the_schedule_that_made_them(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await submitted(log)
    schedule = await made(caller, log)
    job = (await caller.post(f"/v1/schedules/{schedule['id']}/fire")).json()
    listed = (await caller.get(f"/v1/jobs?schedule_id={schedule['id']}")).json()["data"]
    assert [job["id"]] == [each["id"] for each in listed]
