"""How a video was made over HTTP, and asking for it to be made again."""

import httpx2

from kinolog.common.events.rendering import Rendering
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import registered

MADE = Rendering(method="partial", because="few captions", programs={"ffmpeg": "8.0"})


async def test_the_making_of_a_video_is_told(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log, rendering=MADE, job_id="job_1")
    told = (await caller.get(f"/v1/videos/{video_id}/rendering")).json()
    assert ("rendering", "job_1", "partial") == (told["object"], told["job_id"], told["rendering"]["method"])


async def test_a_video_from_outside_has_no_making(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.get(f"/v1/videos/{await registered(log)}/rendering")
    assert 404 == answer.status_code


async def test_a_video_is_made_again_by_a_job(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log, rendering=MADE, job_id="job_1")
    answer = await caller.post(f"/v1/videos/{video_id}/reproduce")
    job = answer.json()
    assert (202, "reproduce", video_id, "render") == (answer.status_code, job["type"], job["video_id"], job["queue"])


async def test_no_video_is_made_again_that_is_not_there(caller: httpx2.AsyncClient) -> None:
    answer = await caller.post("/v1/videos/vid_01a1fe91f9bc77fb8635d487bcb08951/reproduce")
    assert 404 == answer.status_code
