"""The job engine over HTTP on the real thing: batches, changes of many, queues, schedules."""

from typing import Any

from kinolog.common.aggregates import JOB
from kinolog.common.log import load
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import completed, created, registered, submitted

TRIM = {"start_time": 0.0, "end_time": 1.0}


async def test_a_batch_is_submitted_watched_and_cancelled(platform: Any) -> None:
    video_id = await registered(platform.log)
    items = [{"type": "trim", "video_id": video_id, "input_data": TRIM} for _ in range(300)]
    batch = (await platform.client.post("/v1/jobs/batch", json={"items": items})).json()
    path = f"/v1/batches/{batch['id']}"
    before = (await platform.client.get(path)).json()
    done = (await platform.client.post(f"{path}/cancel", json={"reason": "enough"})).json()
    after = (await platform.client.get(path)).json()
    assert ({"pending": 300}, 300, True, {"cancelled": 300}, 100.0) == (
        before["by_status"],
        done["changed"],
        done["is_complete"],
        after["by_status"],
        after["percent_done"],
    )


async def test_a_batch_under_a_key_is_done_once(platform: Any) -> None:
    video_id = await registered(platform.log)
    items = [{"type": "trim", "video_id": video_id, "input_data": TRIM, "delay_seconds": n} for n in range(50)]
    request: dict[str, Any] = {"json": {"items": items}, "headers": {"Idempotency-Key": "k"}}
    first, again = [(await platform.client.post("/v1/jobs/batch", **request)).json() for _ in range(2)]
    assert (first, 51) == (again, await platform.log.last_sequence())


async def test_a_pipeline_goes_on_by_itself(platform: Any) -> None:
    video_id = await registered(platform.log)
    answer = await platform.client.post("/v1/pipelines/caption-and-burn", json={"video_id": video_id})
    caption, burn = (item["job"]["id"] for item in answer.json()["data"])
    await completed(platform.log, caption, caption_id="cap_1")

    async def queued() -> Any:
        job = (await load(platform.log, JOB, burn)).require()
        return job if not job.is_waiting else None

    assert ("cap_1", video_id) == ((job := await eventually(queued)).input_data["caption_id"], job.video_id)


async def test_a_paused_queue_is_why_a_job_waits(platform: Any) -> None:
    await platform.client.post("/v1/queues/render/pause", json={"reason": "a new driver"})
    job_id = await submitted(platform.log)
    why = (await platform.client.get(f"/v1/jobs/{job_id}/why")).json()
    assert "queue_paused" in [wait["kind"] for wait in why["waits_for"]]


async def test_a_schedule_fires(platform: Any) -> None:
    video_id = await registered(platform.log, project_id=await created(platform.log))
    body = {"name": "Often", "every_seconds": 1, "job": {"type": "trim", "video_id": video_id, "input_data": TRIM}}
    schedule = (await platform.client.post("/v1/schedules", json=body)).json()

    async def jobs() -> Any:
        return (await platform.client.get(f"/v1/jobs?schedule_id={schedule['id']}")).json()["data"]

    assert ["trim"] == [job["type"] for job in await eventually(jobs)]
