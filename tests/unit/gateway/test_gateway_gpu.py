"""Jobs that ask for a GPU."""

from typing import Any

import httpx2
import pytest

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import registered


async def submit(caller: httpx2.AsyncClient, log: MemoryLog, **changes: Any) -> httpx2.Response:
    return await caller.post("/v1/jobs", json={"type": "transcode", "video_id": await registered(log), **changes})


@pytest.mark.parametrize(
    ("job_type", "gpu", "expected"),
    [
        ("transcode", True, "render-gpu"),
        ("transcode", False, "render"),
        ("caption", True, "transcribe-gpu"),
    ],
)
async def test_a_job_that_asks_for_a_gpu_waits_in_a_queue_of_its_own(
    caller: httpx2.AsyncClient, log: MemoryLog, job_type: str, gpu: bool, expected: str
) -> None:
    answer = await submit(caller, log, type=job_type, gpu=gpu)
    assert (202, expected) == (answer.status_code, answer.json()["queue"])


async def test_a_job_that_gains_nothing_by_a_gpu_may_not_ask_for_one(
    caller: httpx2.AsyncClient, log: MemoryLog
) -> None:
    answer = await submit(caller, log, type="trim", input_data={"start_time": 1.0, "end_time": 2.0}, gpu=True)
    (error,) = answer.json()["errors"]
    assert (422, "/gpu") == (answer.status_code, error["pointer"])
    assert "jobs of the type trim gain nothing by a GPU, only burn, caption, transcode do: leave it out" in str(error)


@pytest.mark.parametrize("gpu", ["yes", 1, None])
async def test_whether_a_gpu_is_asked_for_is_yes_or_no(caller: httpx2.AsyncClient, log: MemoryLog, gpu: Any) -> None:
    answer = await submit(caller, log, gpu=gpu)
    assert (422, "/gpu") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_batch_may_ask_for_a_gpu_here_and_there(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    jobs = [{"type": "transcode", "video_id": video_id, "gpu": gpu} for gpu in (True, False)]
    answer = await caller.post("/v1/jobs/batch", json={"items": jobs})
    assert ["render-gpu", "render"] == [item["job"]["queue"] for item in answer.json()["data"]]
