"""Which caption a job works on, where its submitter leaves that open."""

from typing import Any

import httpx2
import pytest

from kinolog.common.aggregates import CAPTION, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated, CaptionDeleted
from kinolog.common.events.video import VideoCaptionChosen
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, registered

JOBS: dict[str, dict[str, Any]] = {"burn": {}, "translate": {"language": "de"}}

each_job = pytest.mark.parametrize("job", JOBS)


async def captioned(log: MemoryLog, video_id: str, language: str = "en") -> str:
    caption_id = new_id("cap")
    caption = CaptionCreated(
        video_id=video_id,
        project_id=new_id("prj"),
        filename="film.srt",
        language=language,
        cues=BlobRef(sha256="0" * 64, size_bytes=2),
        cue_count=0,
        style={},
    )
    await log.append(unborn(CAPTION, caption_id).changes(caption), ORIGIN)
    return caption_id


async def chosen(log: MemoryLog, video_id: str, caption_id: str) -> None:
    await log.append((await load(log, VIDEO, video_id)).changes(VideoCaptionChosen(caption_id=caption_id)), ORIGIN)


async def submit(caller: httpx2.AsyncClient, job: str, video_id: str, **more: Any) -> httpx2.Response:
    return await caller.post("/v1/jobs", json={"type": job, "video_id": video_id, "input_data": JOBS[job], **more})


@each_job
async def test_it_is_the_default_one(caller: httpx2.AsyncClient, log: MemoryLog, job: str) -> None:
    video_id = await registered(log)
    default = await captioned(log, video_id)
    await captioned(log, video_id)
    await chosen(log, video_id, default)

    answer = await submit(caller, job, video_id)

    assert (202, default) == (answer.status_code, answer.json()["input_data"]["caption_id"])


@each_job
async def test_it_is_the_newest_where_no_default_is_left(caller: httpx2.AsyncClient, log: MemoryLog, job: str) -> None:
    video_id = await registered(log)
    deleted, _, newest = [await captioned(log, video_id) for _ in range(3)]
    await chosen(log, video_id, deleted)
    await log.append((await load(log, CAPTION, deleted)).changes(CaptionDeleted()), ORIGIN)

    assert newest == (await submit(caller, job, video_id)).json()["input_data"]["caption_id"]


@each_job
async def test_a_video_without_captions_is_refused_with_what_to_do(
    caller: httpx2.AsyncClient, log: MemoryLog, job: str
) -> None:
    answer = await submit(caller, job, await registered(log))

    assert (409, "conflict") == (answer.status_code, answer.json()["type"])
    assert f"wait for it, then {job}" in answer.json()["detail"]


@each_job
async def test_it_is_the_one_that_the_job_waits_for(caller: httpx2.AsyncClient, log: MemoryLog, job: str) -> None:
    video_id = await registered(log)
    made = (await caller.post("/v1/jobs", json={"type": "caption", "video_id": video_id})).json()["id"]

    answer = await submit(caller, job, video_id, depends_on=[made])

    assert {"$from": f"{made}.caption_id"} == answer.json()["input_data"]["caption_id"]


async def test_a_burn_can_wait_for_a_translation(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    video_id = await registered(log)
    await captioned(log, video_id)
    translated = (await submit(caller, "translate", video_id)).json()["id"]

    answer = await submit(caller, "burn", video_id, depends_on=[translated])

    assert {"$from": f"{translated}.caption_id"} == answer.json()["input_data"]["caption_id"]


@each_job
async def test_another_videos_caption_is_refused(caller: httpx2.AsyncClient, log: MemoryLog, job: str) -> None:
    foreign = {**JOBS[job], "caption_id": await captioned(log, await registered(log))}

    answer = await submit(caller, job, await registered(log), input_data=foreign)

    assert (422, "/input_data/caption_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


@pytest.mark.parametrize("is_named", [False, True])
async def test_a_translation_into_the_language_it_is_in_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, is_named: bool
) -> None:
    video_id = await registered(log)
    caption_id = await captioned(log, video_id, language="de")
    named = {**JOBS["translate"], "caption_id": caption_id} if is_named else JOBS["translate"]

    answer = await submit(caller, "translate", video_id, input_data=named)

    assert (422, "/input_data/language") == (answer.status_code, answer.json()["errors"][0]["pointer"])
