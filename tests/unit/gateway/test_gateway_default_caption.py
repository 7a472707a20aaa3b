"""Choosing which caption of a video is meant where none is named."""

import httpx2
import pytest

from kinolog.common.aggregates import CAPTION
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events import Event
from kinolog.common.events.caption import CaptionCreated, CaptionDeleted
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue, cues_to_json
from kinolog.common.testing.examples import ORIGIN, registered


@pytest.fixture
async def video_id(log: MemoryLog) -> str:
    return await registered(log)


@pytest.fixture
async def caption_id(log: MemoryLog, blobs: BlobStore, video_id: str) -> str:
    return await captioned(log, blobs, video_id)


async def captioned(log: MemoryLog, blobs: BlobStore, video_id: str) -> str:
    cues = await blobs.put_bytes(cues_to_json((Cue(start=0.0, end=1.0, text="Hello"),)))
    caption = CaptionCreated(
        video_id=video_id, project_id="p", filename="film.srt", language="en", cues=cues, cue_count=1, style={}
    )
    made = new_id("cap")
    await log.append(unborn(CAPTION, made).changes(caption), ORIGIN)
    return made


async def choose(caller: httpx2.AsyncClient, video_id: str, caption_id: str | None, **headers: str) -> httpx2.Response:
    body = {"caption_id": caption_id}
    return await caller.put(f"/v1/videos/{video_id}/default-caption", json=body, headers=headers)


async def newest(log: MemoryLog, video_id: str) -> Event:
    return (await log.read("video", video_id))[-1].event


async def test_a_chosen_caption_is_shown_with_the_video(
    caller: httpx2.AsyncClient, video_id: str, caption_id: str
) -> None:
    answer = await choose(caller, video_id, caption_id)
    shown = (await caller.get(f"/v1/videos/{video_id}")).json()
    assert (200, caption_id) == (answer.status_code, shown["default_caption_id"])


async def test_a_choice_is_an_event_with_its_reason(
    caller: httpx2.AsyncClient, log: MemoryLog, video_id: str, caption_id: str
) -> None:
    body = {"caption_id": caption_id, "reason": "proof-read"}
    await caller.put(f"/v1/videos/{video_id}/default-caption", json=body)
    assert body == (await newest(log, video_id)).model_dump()


async def test_choosing_the_same_again_changes_nothing(
    caller: httpx2.AsyncClient, video_id: str, caption_id: str
) -> None:
    first, second = [await choose(caller, video_id, caption_id) for _ in range(2)]
    assert first.headers["etag"] == second.headers["etag"]


async def test_null_goes_back_to_the_newest(caller: httpx2.AsyncClient, video_id: str, caption_id: str) -> None:
    await choose(caller, video_id, caption_id)
    answer = await choose(caller, video_id, None)
    assert (200, None) == (answer.status_code, answer.json()["default_caption_id"])


async def test_a_video_that_has_changed_since_is_left_alone(
    caller: httpx2.AsyncClient, video_id: str, caption_id: str
) -> None:
    etag = (await caller.get(f"/v1/videos/{video_id}")).headers["etag"]
    await caller.patch(f"/v1/videos/{video_id}", json={"title": "Another"})
    assert 412 == (await choose(caller, video_id, caption_id, **{"If-Match": etag})).status_code


@pytest.mark.parametrize("wrong", ["x", "cap_" + "1" * 32, "vid_" + "1" * 32, ""])
async def test_a_caption_that_is_not_there_is_refused_at_its_field(
    caller: httpx2.AsyncClient, video_id: str, wrong: str
) -> None:
    answer = await choose(caller, video_id, wrong)
    assert (422, "/caption_id") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_caption_of_another_video_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore, video_id: str
) -> None:
    foreign = await captioned(log, blobs, await registered(log))
    assert 422 == (await choose(caller, video_id, foreign)).status_code


async def test_a_deleted_caption_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, video_id: str, caption_id: str
) -> None:
    await log.append((await load(log, CAPTION, caption_id)).changes(CaptionDeleted()), ORIGIN)
    assert 422 == (await choose(caller, video_id, caption_id)).status_code


async def test_a_deleted_video_refuses_a_choice(caller: httpx2.AsyncClient, video_id: str, caption_id: str) -> None:
    await caller.delete(f"/v1/videos/{video_id}")
    assert 409 == (await choose(caller, video_id, caption_id)).status_code


async def test_a_choice_for_no_video_is_refused(caller: httpx2.AsyncClient) -> None:
    assert 404 == (await choose(caller, new_id("vid"), None)).status_code
