"""What is killed, paused or stopped in mid-work: every job ends once, and its effects appear once."""

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.platform import Platform, Running, started

from kinolog.common.testing import eventually

OVER_ALL_OF_IT = "1\n00:00:00,000 --> 00:00:20,000\nStill here\n\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that may be broken, with two render workers: one to lose, and one to go on."""
    with started(tmp_path_factory.mktemp("platform") / "data", "--replicas", "render=2") as running:
        yield running


async def burning(platform: Platform, clip: Path) -> tuple[str, int]:
    """A burn in mid-encode, and the pid of the worker that runs it."""
    video_id = await platform.video(await platform.project(), clip)
    await platform.post("/v1/captions", {"video_id": video_id, "language": "en", "content": OVER_ALL_OF_IT})
    job_id = await platform.submit("burn", video_id)
    await platform.runs(job_id, "encode")
    return job_id, await platform.worker_of(job_id)


def encoders(platform: Platform) -> list[int]:
    return [pid for pid, line in platform.running.processes() if "ffmpeg" in line.split(" ")[0]]


async def present(platform: Platform, word: str) -> int:
    """The pid of a process of the platform, which may just be starting again."""
    return await eventually(lambda: platform.running.pid_of(word))


async def made_by(platform: Platform, job_id: str) -> list[dict[str, Any]]:
    return [video for video in await all_of(platform, "videos") if video["job_id"] == job_id]


async def test_a_burn_whose_worker_is_killed_is_finished_once_by_another(platform: Platform, long_clip: Path) -> None:
    job_id, worker = await burning(platform, long_clip)
    os.kill(worker, signal.SIGKILL)
    job = await platform.ends(job_id, within=90)
    assert ("completed", 2, 0) == (job["status"], job["attempt"], job["retry_count"])
    assert 1 == (await platform.history(job_id)).count("job.completed")
    assert [job["output_data"]["video_id"]] == [video["id"] for video in await made_by(platform, job_id)]


async def test_a_worker_that_was_frozen_beyond_its_lease_leaves_nothing_visible(
    platform: Platform, long_clip: Path
) -> None:
    job_id, worker = await burning(platform, long_clip)
    os.kill(worker, signal.SIGSTOP)
    job = await platform.ends(job_id, within=90)
    os.kill(worker, signal.SIGCONT)
    assert ("completed", 2) == (job["status"], job["attempt"])
    await eventually(lambda: not encoders(platform), within=30)
    assert 1 == (await platform.history(job_id)).count("job.completed")
    assert 1 == len(await made_by(platform, job_id))


async def test_cancelling_a_burn_stops_its_encoder_within_two_seconds(platform: Platform, long_clip: Path) -> None:
    job_id, _ = await burning(platform, long_clip)
    encoder = await eventually(lambda: encoders(platform))
    before = set((platform.running.folder / "blobs").rglob("*"))
    asked_at = asyncio.get_running_loop().time()
    await platform.post(f"/v1/jobs/{job_id}/cancel", {"reason": "the wrong film"})
    job = await platform.ends(job_id, within=2)
    await eventually(lambda: not set(encoder) & set(encoders(platform)), within=2)
    assert asyncio.get_running_loop().time() - asked_at < 2.5
    assert ("cancelled", []) == (job["status"], await made_by(platform, job_id))
    assert before == set((platform.running.folder / "blobs").rglob("*"))
    assert [] == list((platform.running.folder / "work").glob(f"{job_id}-*"))


async def test_a_worker_told_to_stop_hands_its_job_back_without_losing_an_attempt(
    platform: Platform, long_clip: Path
) -> None:
    job_id, worker = await burning(platform, long_clip)
    os.kill(worker, signal.SIGTERM)
    job = await platform.ends(job_id, within=90)
    assert ("completed", 0, 0) == (job["status"], job["retry_count"], job["lost_count"])
    assert "job.attempt_failed" not in await platform.history(job_id)


async def submit_many(platform: Platform, video_id: str, stop: asyncio.Event) -> list[str]:
    """Submit until told to stop, again and again under one key until the answer is yes; the accepted jobs."""
    accepted: list[str] = []
    while not stop.is_set():
        body = {"type": "trim", "video_id": video_id, "input_data": {"start_time": 0, "end_time": 0.5}}
        key = {"Idempotency-Key": f"{id(accepted)}-{len(accepted)}"}
        answer = await platform.client.post("/v1/jobs", json=body, headers=key)
        assert answer.status_code in (200, 202, 503), answer.text
        if answer.status_code != 503:
            accepted.append(answer.json()["id"])
        await asyncio.sleep(0.1)
    return accepted


async def test_nothing_acknowledged_is_lost_when_the_log_server_is_killed(platform: Platform) -> None:
    video_id = await platform.video(await platform.project())
    stop = asyncio.Event()
    clients = [asyncio.create_task(submit_many(platform, video_id, stop)) for _ in range(2)]
    for _ in range(3):
        await asyncio.sleep(0.4)
        os.kill(await present(platform, "nats-server"), signal.SIGKILL)
    await asyncio.sleep(1)
    stop.set()
    accepted = [job_id for client in clients for job_id in await client]
    assert len(accepted) == len(set(accepted)) > 0
    ends = [await platform.ends(job_id, within=90) for job_id in accepted]
    assert {"completed"} == {job["status"] for job in ends}
    newest = max(job["sequence"] for job in ends)
    clips = await all_of(platform, "videos", min_seq=newest, parent_video_id=video_id)
    assert sorted(accepted) == sorted(clip["job_id"] for clip in clips)


async def all_of(platform: Platform, name: str, **params: Any) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    rows: list[dict[str, Any]] = []
    page: dict[str, Any] = {"has_more": True, "next_cursor": None}
    while page["has_more"]:
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = await platform.get(f"/v1/{name}", limit=200, **params, **cursor)
        rows += page["data"]
    return rows


async def test_jobs_are_accepted_and_run_while_the_catalog_is_down(platform: Platform) -> None:
    video_id = await platform.video(await platform.project())
    catalog = await present(platform, "kinolog.catalog")
    os.kill(catalog, signal.SIGSTOP)
    job = await platform.ends(await platform.submit("trim", video_id, start_time=0, end_time=1))
    assert "completed" == job["status"]
    os.kill(catalog, signal.SIGKILL)
    rows = await eventually(lambda: listed(platform, job["sequence"]), within=30)
    assert job["id"] in [row["id"] for row in rows]


async def listed(platform: Platform, min_seq: int) -> list[dict[str, Any]]:
    answer = await platform.client.get("/v1/jobs", params={"min_seq": min_seq})
    assert answer.status_code in (200, 503), answer.text
    return list(answer.json()["data"]) if answer.status_code == 200 else []


async def test_a_deleted_catalog_is_rebuilt_with_the_same_rows(platform: Platform) -> None:
    video_id = await platform.video(await platform.project())
    job = await platform.ends(await platform.submit("trim", video_id, start_time=0, end_time=1))
    before = {name: await all_of(platform, name, min_seq=job["sequence"]) for name in ("projects", "videos", "jobs")}
    catalog = await present(platform, "kinolog.catalog")
    os.kill(catalog, signal.SIGKILL)
    for path in platform.running.folder.glob("catalog.db*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    await eventually(lambda: listed(platform, job["sequence"]), within=30)
    after = {name: await all_of(platform, name, min_seq=job["sequence"]) for name in ("projects", "videos", "jobs")}
    assert before == after
