"""The job engine as its users see it over HTTP: waiting, order, pauses, pipelines, batches, schedules, and why."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from harness.platform import SAMPLE, Platform
from harness.web_server import answer_file, web_server

from kinolog.common.testing import eventually

# The cheapest that a worker has to do: most stories need only that there is something.
CLIP = {"start_time": 0.0, "end_time": 0.4, "mode": "fast"}


@asynccontextmanager
async def paused(platform: Platform, queue: str = "render") -> AsyncIterator[None]:
    """While nothing of a queue starts."""
    await platform.post(f"/v1/queues/{queue}/pause", {"reason": "a story is being told"})
    try:
        yield
    finally:
        await platform.post(f"/v1/queues/{queue}/resume")


async def started_in_order(platform: Platform, job_ids: list[str]) -> list[str]:
    jobs = [await platform.ends(job_id) for job_id in job_ids]
    return [job["id"] for job in sorted(jobs, key=lambda job: job["started_sequence"])]


async def why(platform: Platform, job_id: str, kind: str) -> dict[str, Any]:
    """What the job waits for, once that is what it waits for."""

    async def told() -> dict[str, Any] | None:
        answer = await platform.get(f"/v1/jobs/{job_id}/why")
        return answer if kind in [wait["kind"] for wait in answer["waits_for"]] else None

    return await eventually(told)


@pytest.fixture
async def video_id(platform: Platform) -> str:
    return await platform.video(await platform.project())


async def test_one_request_captions_and_burns_a_video(platform: Platform, video_id: str) -> None:
    batch = await platform.post("/v1/pipelines/caption-and-burn", {"video_id": video_id})
    caption, burn = [item["job"]["id"] for item in batch["data"]]
    done = await platform.ends(burn)
    assert "completed" == done["status"], done
    assert (await platform.job(caption))["output_data"]["caption_id"] == done["output_data"]["caption_id"]
    progress = await platform.get(f"/v1/batches/{batch['id']}")
    assert (2, 100.0, True) == (progress["total"], progress["percent_done"], progress["is_done"])


async def test_one_request_downloads_captions_and_burns(platform: Platform, web_port: int) -> None:
    async with web_server(answer_file(SAMPLE.read_bytes()), port=web_port) as site:
        body = {"url": f"{site.url}/hello.mp4", "project_id": await platform.project(), "title": "From afar"}
        batch = await platform.post("/v1/pipelines/caption-and-burn", body)
        download, _, burn = [item["job"]["id"] for item in batch["data"]]
        done = await platform.ends(burn)
    told = (await platform.job(download))["error_message"]
    assert ("completed", None) == (done["status"], told)
    video = (await platform.job(download))["output_data"]["video_id"]
    assert ("From afar", video) == ((await platform.get(f"/v1/videos/{video}"))["title"], done["video_id"])


async def test_one_upload_is_captioned_and_burned(platform: Platform) -> None:
    project_id = await platform.project()
    with SAMPLE.open("rb") as file:
        form = {"project_id": project_id, "title": "Hello", "pipeline": "caption-and-burn"}
        answer = await platform.client.post("/v1/videos/upload", data=form, files={"file": ("a.mp4", file)})
    assert [202, 202, 202] == [item["status"] for item in answer.json()["data"]], answer.text

    async def burned() -> dict[str, Any] | None:
        jobs = (await platform.get("/v1/jobs", project_id=project_id, type="burn"))["data"]
        return jobs[0] if jobs and jobs[0]["status"] in ("completed", "failed", "cancelled") else None

    assert "completed" == (await eventually(burned, within=60))["status"]


async def test_a_job_whose_dependency_fails_is_cancelled_with_the_reason(platform: Platform, video_id: str) -> None:
    async with paused(platform):
        first = await platform.submit("trim", video_id, **CLIP)
        body = {"type": "trim", "video_id": {"$from": f"{first}.video_id"}, "input_data": CLIP}
        second = (await platform.post("/v1/jobs", body))["id"]
        assert first == (await why(platform, second, "dependency"))["waits_for"][0]["job_id"]
        await platform.post(f"/v1/jobs/{first}/cancel", {"reason": "the wrong film"})
        assert "cancelled" == (await platform.ends(second))["status"]
    last = (await platform.get(f"/v1/jobs/{second}/events"))["data"][-1]
    assert first in last["data"]["reason"]


async def test_a_delayed_job_waits_for_its_time_unless_it_is_tried_now(platform: Platform, video_id: str) -> None:
    body = {"type": "trim", "video_id": video_id, "input_data": CLIP, "delay_seconds": 3600}
    job_id = (await platform.post("/v1/jobs", body))["id"]
    assert (await why(platform, job_id, "time"))["waits_for"][0]["until"] is not None
    await platform.post(f"/v1/jobs/{job_id}/retry", {"reason": "now, after all"})
    assert "completed" == (await platform.ends(job_id))["status"]


async def test_a_paused_queue_takes_jobs_and_starts_none(platform: Platform, video_id: str) -> None:
    async with paused(platform):
        job_id = await platform.submit("trim", video_id, **CLIP)
        await why(platform, job_id, "queue_paused")
        (queue,) = [each for each in (await platform.get("/v1/queues"))["data"] if each["name"] == "render"]
        assert queue["is_paused"]
        assert "pending" == (await platform.job(job_id))["status"]
    assert "completed" == (await platform.ends(job_id))["status"]


async def test_who_paused_a_queue_and_why_is_in_the_log(platform: Platform) -> None:
    async with paused(platform):
        events = (await platform.get("/v1/events", type="setting.changed", limit=200))["data"]
    told = [(event["actor"], event["data"]["reason"]) for event in events if event["data"]["name"] == "queue.render"]
    assert ("user:owner", "a story is being told") in told


async def test_a_job_that_became_urgent_goes_first_and_the_other_knows_why(platform: Platform, video_id: str) -> None:
    async with paused(platform):
        jobs = [await platform.submit("trim", video_id, **CLIP) for _ in range(6)]
        await platform.post(f"/v1/jobs/{jobs[-1]}/priority", {"priority": 9, "reason": "the client waits"})
        assert jobs[-1] in [ahead["job_id"] for ahead in (await why(platform, jobs[-2], "queue_paused"))["ahead"]]
    order = await started_in_order(platform, jobs)
    assert jobs[-1] in order[:2]
    before = (await platform.get(f"/v1/jobs/{jobs[-2]}/why"))["started_before"]
    assert "lane" == next(each["because"] for each in before if each["job_id"] == jobs[-1])


async def test_a_small_project_does_not_wait_for_a_large_one(platform: Platform, video_id: str) -> None:
    small_video = await platform.video(await platform.project())
    async with paused(platform):
        large = [await platform.submit("trim", video_id, **CLIP) for _ in range(12)]
        small = [await platform.submit("trim", small_video, **CLIP) for _ in range(2)]
        await why(platform, small[-1], "queue_paused")
    order = await started_in_order(platform, large + small)
    assert max(order.index(job_id) for job_id in small) < 7
    assert "share" in [(await platform.job(job_id))["picked"] for job_id in small]


async def test_a_project_never_runs_more_than_its_limit(platform: Platform, video_id: str) -> None:
    project_id = (await platform.get(f"/v1/videos/{video_id}"))["project_id"]
    async with paused(platform):
        put = await platform.client.put(f"/v1/projects/{project_id}/share", json={"weight": 1, "max_running": 0})
        assert 200 == put.status_code, put.text
        job_id = await platform.submit("trim", video_id, **CLIP)
    await why(platform, job_id, "project_limit")
    assert "pending" == (await platform.job(job_id))["status"]
    assert 200 == (await platform.client.delete(f"/v1/projects/{project_id}/share")).status_code
    assert "completed" == (await platform.ends(job_id))["status"]


async def test_each_item_of_a_batch_is_answered_and_the_whole_can_be_cancelled(
    platform: Platform, video_id: str
) -> None:
    good = {"type": "trim", "video_id": video_id, "input_data": CLIP}
    bad = {"type": "trim", "video_id": video_id, "input_data": {"start_time": 5, "end_time": 1}}
    child = {"type": "trim", "video_id": {"$from": "first.video_id"}, "input_data": CLIP}
    async with paused(platform):
        batch = await platform.post("/v1/jobs/batch", {"items": [{"name": "first", **good}, bad, child]})
        assert [202, 422, 202] == [item["status"] for item in batch["data"]]
        change = await platform.post(f"/v1/batches/{batch['id']}/cancel", {"reason": "a mistake"})
    assert (2, True) == (change["changed"], change["is_complete"])
    assert {"cancelled": 2} == (await platform.get(f"/v1/batches/{batch['id']}"))["by_status"]


async def test_all_failed_jobs_that_match_are_tried_again_at_once(platform: Platform, video_id: str) -> None:
    async with paused(platform):
        jobs = [await platform.submit("trim", video_id, **CLIP) for _ in range(3)]
        await platform.client.delete(f"/v1/videos/{video_id}")
    assert ["failed"] * 3 == [(await platform.ends(job_id))["status"] for job_id in jobs]
    assert "video_missing" == (await platform.job(jobs[0]))["error_kind"]
    await platform.post(f"/v1/videos/{video_id}/restore")
    wanted = {"filter": {"status": "failed", "video_id": video_id}, "reason": "the video is back"}
    change = await platform.post("/v1/jobs/retry", wanted)
    assert (3, 3, True) == (change["matched"], change["changed"], change["is_complete"])

    async def all_done() -> bool:
        return all([(await platform.job(job_id))["status"] == "completed" for job_id in jobs])

    await eventually(all_done, within=30)


async def test_a_job_that_is_not_done_in_time_is_parked(platform: Platform, video_id: str) -> None:
    async with paused(platform):
        body = {"type": "trim", "video_id": video_id, "input_data": CLIP, "total_timeout_seconds": 0.5}
        job = await platform.ends((await platform.post("/v1/jobs", body))["id"])
    assert ("failed", "deadline_exceeded") == (job["status"], job["error_kind"])


async def test_a_schedule_fires_while_it_is_not_paused(platform: Platform, video_id: str) -> None:
    job = {"type": "trim", "video_id": video_id, "input_data": CLIP}
    schedule = await platform.post("/v1/schedules", {"name": "Each second", "every_seconds": 1, "job": job})
    path = f"/v1/schedules/{schedule['id']}"
    assert 3 == len((await platform.get(f"{path}/next", count=3))["data"])

    async def fired_twice() -> bool:
        return bool((await platform.get(path))["fired_count"] >= 2)

    await eventually(fired_twice, within=20)
    await platform.post(f"{path}/pause", {"reason": "enough"})
    jobs = (await platform.get("/v1/jobs", schedule_id=schedule["id"]))["data"]
    assert len(jobs) == (await platform.get(path))["fired_count"]
    assert (await platform.get(path))["is_paused"]


async def test_each_attempt_tells_its_phases(platform: Platform, video_id: str) -> None:
    job_id = await platform.submit("trim", video_id, start_time=0.0, end_time=0.4)
    await platform.ends(job_id)
    (attempt,) = (await platform.get(f"/v1/jobs/{job_id}/attempts"))["data"]
    assert "completed" == attempt["outcome"]
    assert {"prepare", "encode", "store"} <= {phase["name"] for phase in attempt["phases"]}


async def test_a_draining_worker_takes_nothing_until_it_is_told_to(platform: Platform) -> None:
    project_id = await platform.project()
    (worker,) = [each for each in (await platform.get("/v1/workers"))["data"] if each["queue"] == "ingest"]
    await platform.post(f"/v1/workers/{worker['id']}/drain", {"reason": "the machine is being serviced"})

    async def is_draining() -> bool:
        workers = (await platform.get("/v1/workers"))["data"]
        return any(each["id"] == worker["id"] and each["is_draining"] for each in workers)

    await eventually(is_draining, within=30)
    job_id = (await platform.upload(project_id))["id"]
    await why(platform, job_id, "no_worker")
    await platform.post(f"/v1/workers/{worker['id']}/undrain")
    assert "completed" == (await platform.ends(job_id))["status"]
