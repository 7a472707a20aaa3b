"""What no worker would take in one job is refused before it is one."""

from typing import Any

import httpx2
import pytest

from kinolog.common.ids import new_id
from kinolog.common.jobs import JOB_TYPES
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import created, registered

VIDEO_ID = new_id("vid")
PICTURE = {"sha256": "0" * 64, "size_bytes": 1, "media_type": "image/png"}


def ranges(count: int) -> list[dict[str, float]]:
    return [{"start_time": number * 0.1, "end_time": number * 0.1 + 0.05} for number in range(count)]


TOO_MUCH = [
    ("trim", {"ranges": ranges(81)}, "ranges", "this is 81 ranges, and a job takes at most 80", "TRIM_MAX_RANGES"),
    ("split_fixed", {"count": 301}, "count", "this is 301 clips, and a job takes at most 300", "SPLIT_MAX_CLIPS"),
    ("split_fixed", {"times": [n / 10 for n in range(1, 301)]}, "times", "this is 301 clips", "SPLIT_MAX_CLIPS"),
    ("split_fixed", {"interval": 0.05}, "interval", "clips, and a job takes at most 300", "SPLIT_MAX_CLIPS"),
    ("preview", {"duration": 20.5}, "duration", "this is 20.5 s, and a job takes at most 20", "PREVIEW_MAX_SECONDS"),
    ("merge", {"video_ids": [VIDEO_ID] * 25}, "video_ids", "this is 25 videos", "MERGE_MAX_VIDEOS"),
    (
        "merge",
        {"video_ids": [VIDEO_ID] * 24, "outro_video_id": VIDEO_ID},
        "video_ids",
        "this is 25 videos, and a job takes at most 24",
        "MERGE_MAX_VIDEOS",
    ),
    ("slideshow", {"pictures": [PICTURE] * 301}, "pictures", "this is 301 pictures", "SLIDESHOW_MAX_PICTURES"),
]


@pytest.mark.parametrize(("job_type", "asked", "field", "told", "setting"), TOO_MUCH)
async def test_more_than_one_job_takes_is_refused_with_the_field_and_the_setting(
    caller: httpx2.AsyncClient,
    log: MemoryLog,
    job_type: str,
    asked: dict[str, Any],
    field: str,
    told: str,
    setting: str,
) -> None:
    project_id = await created(log)
    video_id = await registered(log, project_id=project_id, duration=60.0)
    place = {"video_id": video_id} if JOB_TYPES[job_type].needs_video else {"project_id": project_id}
    answer = await caller.post("/v1/jobs", json={"type": job_type, "input_data": asked, **place})
    assert 422 == answer.status_code, answer.text
    (error,) = answer.json()["errors"]
    assert f"/input_data/{field}" == error["pointer"]
    assert told in error["detail"]
    assert f"raise KINOLOG_{setting} for the gateway and the render workers" in error["detail"]


@pytest.mark.parametrize("model", ["turbo", "distil-large-v3"])
async def test_a_model_that_cannot_translate_is_refused_for_it(
    caller: httpx2.AsyncClient, log: MemoryLog, model: str
) -> None:
    job = {"type": "caption", "video_id": await registered(log), "input_data": {"model_size": model}}
    able = await caller.post("/v1/jobs", json=job)
    job["input_data"] = {"model_size": model, "task": "translate"}
    unable = await caller.post("/v1/jobs", json=job)
    assert [202, 422] == [able.status_code, unable.status_code]
    assert "/input_data/model_size" == unable.json()["errors"][0]["pointer"]
