"""A caption is looked at before it is burned, and burned it looks the same."""

from pathlib import Path
from typing import Any, Final

import av
import httpx2
import numpy as np
from harness.burned import Pixels, pixels_of
from harness.platform import Platform

SRT: Final = "1\n00:00:01,000 --> 00:00:03,000\nLook at me\n\n"
STYLE: Final = {"fontName": "Anton", "fontSize": 40, "primaryColor": "#00ff00"}


async def captioned(platform: Platform) -> tuple[str, str]:
    """A video and its caption."""
    video_id = await platform.video(await platform.project())
    body = {"video_id": video_id, "language": "en", "filename": "film.srt", "content": SRT}
    return video_id, (await platform.post("/v1/captions", body))["id"]


async def preview(platform: Platform, caption_id: str, **body: Any) -> httpx2.Response:
    return await platform.client.post(f"/v1/captions/{caption_id}/preview", json=body)


async def test_what_a_preview_shows_is_what_burning_makes(platform: Platform, tmp_path: Path) -> None:
    video_id, caption_id = await captioned(platform)
    seen = await preview(platform, caption_id, at=2.0, style=STYLE)
    assert (200, "image/png", "Anton") == (
        seen.status_code,
        seen.headers["content-type"],
        seen.headers["kinolog-font"],
    )
    burned = await platform.ends(await platform.submit("burn", video_id, caption_id=caption_id, style=STYLE))
    content = await platform.client.get(f"/v1/videos/{burned['output_data']['video_id']}/content")
    (tmp_path / "burned.mp4").write_bytes(content.content)
    made = frame_at(tmp_path / "burned.mp4", float(seen.headers["kinolog-frame-time"]))
    assert np.abs(made.astype(int) - pixels_of(seen.content)).mean() < 3
    plain = await preview(platform, caption_id, at=0.5, style=STYLE)
    assert (pixels_of(seen.content) != pixels_of(plain.content)).any(axis=2).mean() > 0.01


async def test_a_moment_behind_the_end_is_refused(platform: Platform) -> None:
    _, caption_id = await captioned(platform)
    answer = await preview(platform, caption_id, at=3_600)
    assert (422, "/at") == (answer.status_code, answer.json()["errors"][0]["pointer"])


def frame_at(film: Path, at: float) -> Pixels:
    with av.open(str(film)) as file:
        frame = next(frame for frame in file.decode(video=0) if (frame.time or 0.0) > at - 0.001)
        return frame.to_ndarray(format="rgb24").astype(np.uint8)
