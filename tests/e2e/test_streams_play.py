"""What Kinolog encodes anew and packages plays in a real browser: other codecs than the source's, and playlists."""

from pathlib import Path
from typing import Any

import pytest
from harness.browser import Played, chromium_at, needs_chromium, play
from harness.platform import TOKEN, Platform

from kinolog.common.testing.clips import make_clip

pytestmark = needs_chromium

SECONDS = 2.0


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips"), "clip.mp4", seconds=SECONDS)


async def made(platform: Platform, clip: Path, job_type: str, **input_data: Any) -> dict[str, Any]:
    video_id = await platform.video(await platform.project(), clip)
    job = await platform.ends(await platform.submit(job_type, video_id, **input_data))
    assert ("completed", None) == (job["status"], job["error_message"])
    output: dict[str, Any] = job["output_data"]
    return output


async def played(platform: Platform, path: str) -> Played:
    async with chromium_at(f"http://127.0.0.1:{platform.running.port}/?token={TOKEN}") as page:
        return await play(page, path)


@pytest.mark.parametrize("profile", ["av1", "vp9"])
async def test_a_film_that_was_encoded_anew_plays(platform: Platform, clip: Path, profile: str) -> None:
    output = await made(platform, clip, "transcode", profile=profile, height=90)
    seen = await played(platform, f"/v1/videos/{output['video_id']}/content")
    assert (160, 90, 0) == (seen.width, seen.height, seen.corrupted)
    assert pytest.approx(SECONDS, abs=0.2) == seen.seconds


@pytest.mark.parametrize("segments", ["fmp4", "ts"])
async def test_a_packaged_film_plays_from_its_playlist(platform: Platform, clip: Path, segments: str) -> None:
    output = await made(platform, clip, "package", heights=[180, 90], segments=segments, segment_seconds=1)
    seen = await played(platform, output["playlist"])
    assert (True, 0) == (seen.width in (320, 160), seen.corrupted)
    assert pytest.approx(SECONDS, abs=0.2) == seen.seconds
