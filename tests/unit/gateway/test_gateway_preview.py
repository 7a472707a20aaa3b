"""The preview of a video over HTTP."""

import httpx2
import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.events.video import VideoPreviewMade
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, registered


@pytest.fixture
async def previewed(log: MemoryLog, blobs: BlobStore) -> str:
    """A video of which two previews were made."""
    video_id = await registered(log)
    for picture in (b"GIF89a old", b"GIF89a new"):
        content = await blobs.put_bytes(picture, "image/gif")
        made = VideoPreviewMade(content=content, width=32, height=18, start_time=0.0, duration=1.0)
        await log.append((await load(log, VIDEO, video_id)).changes(made), ORIGIN)
    return video_id


async def test_the_newest_preview_is_shown(caller: httpx2.AsyncClient, previewed: str) -> None:
    answer = await caller.get(f"/v1/videos/{previewed}/preview")
    assert (b"GIF89a new", "image/gif") == (answer.content, answer.headers["content-type"])
    assert "private, no-cache" == answer.headers["cache-control"]


async def test_a_video_without_a_preview_shows_none(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.get(f"/v1/videos/{await registered(log)}/preview")
    assert (404, "not-found") == (answer.status_code, answer.json()["type"].rpartition("/")[2])
