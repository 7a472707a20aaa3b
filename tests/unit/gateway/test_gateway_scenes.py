"""The scenes of a video over HTTP."""

import httpx2
import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.events.video import VideoScenesFound
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, registered

SCENES = b'{"version": 1, "scenes": []}'


@pytest.fixture
async def with_scenes(log: MemoryLog, blobs: BlobStore) -> str:
    content = await blobs.put_bytes(SCENES, "application/json")
    video_id = await registered(log)
    event = VideoScenesFound(content=content, detector="adaptive", scene_count=0)
    await log.append((await load(log, VIDEO, video_id)).changes(event), ORIGIN)
    return video_id


async def test_the_scenes_of_a_video_are_served_as_json(caller: httpx2.AsyncClient, with_scenes: str) -> None:
    answer = await caller.get(f"/v1/videos/{with_scenes}/scenes")
    assert (200, SCENES, "application/json") == (answer.status_code, answer.content, answer.headers["content-type"])


async def test_scenes_may_change_so_that_callers_ask_again(caller: httpx2.AsyncClient, with_scenes: str) -> None:
    answer = await caller.head(f"/v1/videos/{with_scenes}/scenes")
    again = await caller.get(f"/v1/videos/{with_scenes}/scenes", headers={"If-None-Match": answer.headers["etag"]})
    assert ("private, no-cache", 304) == (answer.headers["cache-control"], again.status_code)


async def test_a_video_whose_scenes_nobody_looked_for_has_none(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.get(f"/v1/videos/{await registered(log)}/scenes")
    assert (404, "not-found") == (answer.status_code, answer.json()["type"].rpartition("/")[2])


async def test_strangers_see_no_scenes(stranger: httpx2.AsyncClient, with_scenes: str) -> None:
    assert 401 == (await stranger.get(f"/v1/videos/{with_scenes}/scenes")).status_code
