"""The story of a caption: it is heard, corrected, found by what it says, dressed, burned, and follows its film."""

import io
from typing import Any

import numpy as np
import pytest
from harness.platform import Platform
from PIL import Image, ImageChops

LOOK = {"fontName": "Anton", "primaryColor": "#00ff88", "upperCase": True}


async def a_captioned_video(platform: Platform) -> tuple[str, str]:
    """The ids of a video and of its caption, in which every word has its time."""
    video_id = await platform.video(await platform.project())
    job = await platform.ends(await platform.submit("caption", video_id, word_level=True))
    return video_id, str(job["output_data"]["caption_id"])


async def preview(platform: Platform, caption_id: str, at: float, **style: Any) -> Image.Image:
    answer = await platform.client.post(f"/v1/captions/{caption_id}/preview", json={"at": at, "style": style})
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def are_alike(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is None


async def test_the_moment_of_a_word_is_found_by_what_was_corrected(platform: Platform) -> None:
    _, caption_id = await a_captioned_video(platform)
    edit = {"op": "replace", "find": "clip", "text": "reel", "whole_words": True}
    await platform.client.patch(f"/v1/captions/{caption_id}", json={"edits": [edit]})
    (hit,) = (await platform.get("/v1/search", q='"red reel"'))["data"]
    cues = (await platform.get(f"/v1/captions/{caption_id}/content", format="json"))["cues"]
    timed = {word["text"]: word["start"] for word in cues[hit["cue"]]["words"]}
    assert [timed["red"], timed["reel"]] == [word["start"] for word in hit["words"]]


async def test_a_preset_of_the_project_shows_in_previews_and_in_the_burned_film(platform: Platform) -> None:
    video_id, caption_id = await a_captioned_video(platform)
    project_id = (await platform.get(f"/v1/videos/{video_id}"))["project_id"]
    stored = await platform.client.put(f"/v1/presets/house?project_id={project_id}", json={"style": LOOK})
    assert stored.status_code == 200, stored.text
    by_name, by_keys = [await preview(platform, caption_id, 2.5, **style) for style in ({"preset": "house"}, LOOK)]
    assert (True, False) == (are_alike(by_name, by_keys), are_alike(by_name, await preview(platform, caption_id, 2.5)))
    burn = await platform.ends(await platform.submit("burn", video_id, style={"preset": "house"}))
    assert ("completed", "Anton") == (burn["status"], burn["output_data"]["font"])


async def test_karaoke_sweeps_over_the_words_as_they_are_said(platform: Platform) -> None:
    _, caption_id = await a_captioned_video(platform)
    cue = (await platform.get(f"/v1/captions/{caption_id}/content", format="json"))["cues"][0]
    moments = [(word["start"] + word["end"]) / 2 for word in (cue["words"][0], cue["words"][-1])]
    swept = [await pixels_of_the_active_colour(platform, caption_id, moment) for moment in moments]
    assert 0 < swept[0] < swept[1]


async def pixels_of_the_active_colour(platform: Platform, caption_id: str, at: float) -> int:
    style = {"effect": "karaoke", "activeColor": "#00ff00", "primaryColor": "#ffffff"}
    red, green, blue = np.asarray(await preview(platform, caption_id, at, **style)).transpose(2, 0, 1)
    return int(((red < 80) & (green > 180) & (blue < 80)).sum())


async def test_a_clip_has_its_captions_with_speakers_at_its_own_times(platform: Platform) -> None:
    video_id, caption_id = await a_captioned_video(platform)
    named = {"edits": [{"op": "speaker", "cue": 1, "speaker": "Ada"}]}
    assert 200 == (await platform.client.patch(f"/v1/captions/{caption_id}", json=named)).status_code
    before = (await platform.get(f"/v1/captions/{caption_id}/content", format="json"))["cues"][1]
    job = await platform.ends(
        await platform.submit("trim", video_id, start_time=before["start"], end_time=before["end"])
    )
    clip_id = job["output_data"]["video_id"]
    (inherited,) = (await platform.get("/v1/captions", video_id=clip_id))["data"]
    after = (await platform.get(f"/v1/captions/{inherited['id']}/content", format="json"))["cues"][0]
    assert (before["text"], "Ada") == (after["text"], after["speaker"])
    assert after["start"] == pytest.approx(0, abs=0.05)
