"""Jobs over HTTP: what is accepted, what is refused, and what is shown."""

import asyncio
from typing import Any

import httpx2
import pytest

from kinolog.common.aggregates import CAPTION, JOB, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import start_attempt
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated, CaptionDeleted
from kinolog.common.events.job import JobCompleted
from kinolog.common.events.video import VideoDeleted
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, created, registered, submitted
from kinolog.common.worker.memory import MemoryBoard
from kinolog.common.worker.progress import Heartbeat
from kinolog.gateway.memory import MemoryCatalog


def a_trim(video_id: str, **changes: Any) -> dict[str, Any]:
    return {"type": "trim", "video_id": video_id, "input_data": {"start_time": 1.0, "end_time": 2.0}, **changes}


async def captioned(log: MemoryLog, video_id: str) -> str:
    caption_id = new_id("cap")
    caption = CaptionCreated(
        video_id=video_id,
        project_id=new_id("prj"),
        filename="film.srt",
        language="en",
        cues=BlobRef(sha256="0" * 64, size_bytes=2),
        cue_count=0,
        style={},
    )
    await log.append(unborn(CAPTION, caption_id).changes(caption), ORIGIN)
    return caption_id


async def delete_video(log: MemoryLog, video_id: str) -> None:
    await log.append((await load(log, VIDEO, video_id)).changes(VideoDeleted()), ORIGIN)


async def start(log: MemoryLog, job_id: str) -> None:
    loaded = await load(log, JOB, job_id)
    started = start_attempt(loaded.require(), worker="render-1", lease_seconds=30.0)
    await log.append(loaded.changes(started), ORIGIN)


async def complete(log: MemoryLog, job_id: str) -> None:
    await start(log, job_id)
    loaded = await load(log, JOB, job_id)
    await log.append(loaded.changes(JobCompleted(attempt=1, output_data={})), ORIGIN)


async def test_a_job_is_accepted_as_pending(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.post("/v1/jobs", json=a_trim(await registered(log), priority=3))
    job = answer.json()
    assert (202, f"/v1/jobs/{job['id']}") == (answer.status_code, answer.headers["location"])
    assert ("job", "trim", "pending", 3, "render") == tuple(
        job[name] for name in ("object", "type", "status", "priority", "queue")
    )


async def test_a_job_goes_into_its_videos_project(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    project_id = await created(log)
    video_id = await registered(log, project_id=project_id)
    assert project_id == (await caller.post("/v1/jobs", json=a_trim(video_id))).json()["project_id"]


async def test_what_the_input_leaves_out_is_filled_in(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = {"type": "caption", "video_id": await registered(log)}
    expected = {"model_size": "tiny", "word_level": False, "language": None, "task": "transcribe", "beam_size": 5}
    input_data = (await caller.post("/v1/jobs", json=body)).json()["input_data"]
    assert expected == {name: input_data[name] for name in expected}


async def test_a_job_on_a_deleted_video_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    await delete_video(log, video_id)
    answer = await caller.post("/v1/jobs", json=a_trim(video_id))
    assert (404, "/video_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])
    assert 2 == await log.last_sequence()


async def test_a_trim_beyond_the_end_of_its_video_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = a_trim(await registered(log, duration=10.0), input_data={"start_time": 1.0, "end_time": 10.5})
    answer = await caller.post("/v1/jobs", json=body)
    assert (422, "/input_data/end_time") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_range_beyond_the_end_of_its_video_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    ranges = [{"start_time": 1.0, "end_time": 2.0}, {"start_time": 9.0, "end_time": 10.5}]
    body = a_trim(await registered(log, duration=10.0), input_data={"ranges": ranges})
    answer = await caller.post("/v1/jobs", json=body)
    assert (422, "/input_data/ranges/1/end_time") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_ranges_up_to_the_end_of_their_video_are_taken(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    ranges = [{"start_time": 1.0, "end_time": 2.0}, {"start_time": 9.0, "end_time": 10.0}]
    body = a_trim(await registered(log, duration=10.0), input_data={"ranges": ranges})
    assert 202 == (await caller.post("/v1/jobs", json=body)).status_code


async def test_a_burn_without_a_caption_takes_the_newest(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    await captioned(log, video_id)
    newest = await captioned(log, video_id)
    answer = await caller.post("/v1/jobs", json={"type": "burn", "video_id": video_id})
    assert (202, newest) == (answer.status_code, answer.json()["input_data"]["caption_id"])


async def test_a_burn_of_a_video_without_captions_says_what_to_do(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.post("/v1/jobs", json={"type": "burn", "video_id": await registered(log)})
    assert (409, "conflict") == (answer.status_code, answer.json()["type"])
    assert "submit a caption job" in answer.json()["detail"]


async def test_a_burn_of_a_deleted_caption_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    caption_id = await captioned(log, video_id)
    await log.append((await load(log, CAPTION, caption_id)).changes(CaptionDeleted()), ORIGIN)
    body = {"type": "burn", "video_id": video_id, "input_data": {"caption_id": caption_id}}
    assert 404 == (await caller.post("/v1/jobs", json=body)).status_code


async def test_a_burn_of_another_videos_caption_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    caption_id = await captioned(log, await registered(log))
    body = {"type": "burn", "video_id": await registered(log), "input_data": {"caption_id": caption_id}}
    answer = await caller.post("/v1/jobs", json=body)
    assert (422, "/input_data/caption_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_repeated_burn_finds_its_job_though_a_newer_caption_came(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    video_id = await registered(log)
    await captioned(log, video_id)
    request: dict[str, Any] = {
        "json": {"type": "burn", "video_id": video_id},
        "headers": {"Idempotency-Key": "burn-it"},
    }
    first = await caller.post("/v1/jobs", **request)
    await captioned(log, video_id)
    assert first.json() == (await caller.post("/v1/jobs", **request)).json()


async def test_the_same_key_makes_one_job(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    body = a_trim(await registered(log))
    send = [caller.post("/v1/jobs", json=body, headers={"Idempotency-Key": "k"}) for _ in range(20)]
    answers = await asyncio.gather(*send)
    assert ({202}, 1) == ({each.status_code for each in answers}, len({each.json()["id"] for each in answers}))
    assert 2 == await log.last_sequence()


async def test_the_same_key_for_another_job_is_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id, headers = await registered(log), {"Idempotency-Key": "k"}
    await caller.post("/v1/jobs", json=a_trim(video_id), headers=headers)
    answer = await caller.post("/v1/jobs", json=a_trim(video_id, priority=5), headers=headers)
    assert (422, "idempotency-mismatch") == (answer.status_code, answer.json()["type"])


async def test_jobs_are_accepted_while_the_catalog_is_away(
    caller: httpx2.AsyncClient, log: MemoryLog, catalog: MemoryCatalog
) -> None:
    catalog.is_there = False
    assert 202 == (await caller.post("/v1/jobs", json=a_trim(await registered(log)))).status_code


async def test_a_list_while_the_catalog_is_away_is_a_503(caller: httpx2.AsyncClient, catalog: MemoryCatalog) -> None:
    catalog.is_there = False
    answer = await caller.get("/v1/jobs")
    assert (503, "catalog-unavailable", "2") == (
        answer.status_code,
        answer.json()["type"],
        answer.headers["retry-after"],
    )


async def test_a_running_job_shows_its_progress(caller: httpx2.AsyncClient, log: MemoryLog, board: MemoryBoard) -> None:
    job_id = await submitted(log)
    await start(log, job_id)
    await board.beat(
        Heartbeat(
            job_id=job_id, attempt=1, worker="render-1", at=NOON, phase="encoding", percent=41.7, speed=2.5, frame=62
        )
    )
    job = (await caller.get(f"/v1/jobs/{job_id}")).json()
    shown = (job["status"], job["progress"], job["phase"], job["speed"], job["frame"])
    assert ("running", 41, "encoding", 2.5, 62) == shown


async def test_a_job_that_moves_bytes_shows_how_many_and_how_fast(
    caller: httpx2.AsyncClient, log: MemoryLog, board: MemoryBoard
) -> None:
    job_id = await submitted(log)
    await start(log, job_id)
    moved: dict[str, Any] = {"done_bytes": 312, "total_bytes": 1_024, "bytes_per_second": 41.5}
    await board.beat(Heartbeat(job_id=job_id, attempt=1, worker="ingest-1", at=NOON, phase="download", **moved))
    job = (await caller.get(f"/v1/jobs/{job_id}")).json()
    assert moved == {name: job[name] for name in moved}


async def test_the_progress_of_an_earlier_attempt_is_not_shown(
    caller: httpx2.AsyncClient, log: MemoryLog, board: MemoryBoard
) -> None:
    job_id = await submitted(log)
    await start(log, job_id)
    await board.beat(Heartbeat(job_id=job_id, attempt=0, worker="render-0", at=NOON, phase="encoding", percent=90.0))
    assert 0 == (await caller.get(f"/v1/jobs/{job_id}")).json()["progress"]


@pytest.mark.parametrize(("as_of", "status"), [("1", "pending"), ("2", "running"), ("3", "completed")])
async def test_a_job_can_be_seen_as_it_was(caller: httpx2.AsyncClient, log: MemoryLog, as_of: str, status: str) -> None:
    job_id = await submitted(log)
    await complete(log, job_id)
    assert status == (await caller.get(f"/v1/jobs/{job_id}", params={"as_of": as_of})).json()["status"]


async def test_a_job_can_be_seen_as_of_a_time(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    first = (await caller.get(f"/v1/jobs/{job_id}")).json()
    await complete(log, job_id)
    then = (await caller.get(f"/v1/jobs/{job_id}", params={"as_of": first["created_at"]})).json()
    assert first == then


async def test_a_job_did_not_exist_before_its_submission(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    answer = await caller.get(f"/v1/jobs/{job_id}", params={"as_of": "2020-01-01T00:00:00Z"})
    assert 404 == answer.status_code


async def test_cancelling_twice_says_the_same_twice(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/jobs/{await submitted(log)}/cancel"
    answers = [await caller.post(path), await caller.post(path)]
    assert [(200, "cancelled")] * 2 == [(each.status_code, each.json()["status"]) for each in answers]
    assert answers[0].json() == answers[1].json()


async def test_a_running_job_is_asked_to_stop(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    await start(log, job_id)
    job = (await caller.post(f"/v1/jobs/{job_id}/cancel")).json()
    assert ("running", True) == (job["status"], job["cancel_requested"])


async def test_a_finished_job_cannot_be_cancelled(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    await complete(log, job_id)
    answer = await caller.post(f"/v1/jobs/{job_id}/cancel")
    assert (409, "conflict", 3) == (answer.status_code, answer.json()["type"], await log.last_sequence())


async def test_a_cancelled_job_is_tried_again(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/jobs/{await submitted(log)}"
    await caller.post(f"{path}/cancel")
    answer = await caller.post(f"{path}/retry")
    assert (202, "pending") == (answer.status_code, answer.json()["status"])


async def test_a_retry_with_a_key_may_be_repeated(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"/v1/jobs/{await submitted(log)}"
    await caller.post(f"{path}/cancel")
    answers = [await caller.post(f"{path}/retry", headers={"Idempotency-Key": "again"}) for _ in range(2)]
    assert ([202, 202], 3) == ([each.status_code for each in answers], await log.last_sequence())


async def test_a_running_job_cannot_be_retried(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    await start(log, job_id)
    assert 409 == (await caller.post(f"/v1/jobs/{job_id}/retry")).status_code


async def test_a_jobs_history_comes_page_by_page(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    job_id = await submitted(log)
    await complete(log, job_id)
    first = (await caller.get(f"/v1/jobs/{job_id}/events?limit=2")).json()
    rest = (await caller.get(f"/v1/jobs/{job_id}/events?limit=2&cursor={first['next_cursor']}")).json()
    types = [event["type"] for event in first["data"] + rest["data"]]
    assert (["job.queued", "job.started", "job.completed"], True, False) == (
        types,
        first["has_more"],
        rest["has_more"],
    )


async def test_jobs_are_listed_by_status(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    await complete(log, await submitted(log))
    pending = await submitted(log)
    listed = (await caller.get("/v1/jobs?status=pending")).json()["data"]
    assert [("job", pending)] == [(job["object"], job["id"]) for job in listed]
