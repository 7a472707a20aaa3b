"""What Kinolog makes plays to its end in a real browser, frame for frame."""

import pytest
from harness.browser import Played, chromium_at, needs_chromium, play
from harness.platform import TOKEN, Platform

pytestmark = needs_chromium


async def played(platform: Platform, video_id: str) -> Played:
    async with chromium_at(f"http://127.0.0.1:{platform.running.port}/?token={TOKEN}") as page:
        return await play(page, f"/v1/videos/{video_id}/content")


@pytest.fixture
async def video_id(platform: Platform) -> str:
    return await platform.video(await platform.project())


async def test_an_uploaded_film_plays(platform: Platform, video_id: str) -> None:
    film = await platform.get(f"/v1/videos/{video_id}")
    seen = await played(platform, video_id)
    assert (film["width"], film["height"], 0) == (seen.width, seen.height, seen.corrupted)
    assert seen.seconds == pytest.approx(film["duration"], abs=0.1)
