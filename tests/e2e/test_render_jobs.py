"""Every job of the render service as its users see it over HTTP, and what it makes played in a real browser."""

from typing import Any

import pytest
from harness.browser import chromium_at, needs_chromium, play
from harness.platform import TOKEN, Platform


async def done(platform: Platform, job_type: str, video_id: str, **input_data: Any) -> dict[str, Any]:
    job = await platform.ends(await platform.submit(job_type, video_id, **input_data), within=120)
    assert ("completed", None) == (job["status"], job["error_message"])
    return dict(job["output_data"])


async def film(platform: Platform, video_id: str) -> dict[str, Any]:
    return dict(await platform.get(f"/v1/videos/{video_id}"))


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    """What the first story that needed it has uploaded for all."""
    return {}


@pytest.fixture
async def project_id(platform: Platform, known: dict[str, str]) -> str:
    if "project" not in known:
        known["project"] = await platform.project()
    return known["project"]


@pytest.fixture
async def video_id(platform: Platform, project_id: str, known: dict[str, str]) -> str:
    """A film that stays as it is."""
    if "video" not in known:
        known["video"] = await platform.video(project_id)
    return known["video"]


async def test_an_exact_cut_copies_what_it_can_and_plays(platform: Platform, video_id: str) -> None:
    made = await done(platform, "trim", video_id, start_time=1.02, end_time=9.0)
    assert (199, "partial") == (made["frame_count"], made["method"]), made["because"]
    await _plays(platform, made["video_id"])


async def test_a_replaced_film_keeps_its_id_and_its_history(platform: Platform, project_id: str) -> None:
    video_id = await platform.video(project_id)
    await done(platform, "trim", video_id, ranges=[{"start_time": 0, "end_time": 8}], action="remove", result="replace")
    events = (await platform.get("/v1/events", aggregate=video_id))["data"]
    assert ["video.registered", "video.replaced"] == [event["type"] for event in events if "thumb" not in event["type"]]
    assert (await film(platform, video_id))["duration"] == pytest.approx(3.7, abs=0.2)


async def test_a_film_is_split_by_count(platform: Platform, video_id: str) -> None:
    clips = (await done(platform, "split_fixed", video_id, count=3))["clips"]
    whole = (await film(platform, video_id))["duration"]
    assert (3, pytest.approx(whole, abs=0.1)) == (len(clips), clips[-1]["end_time"])


async def test_scenes_are_found_and_told_without_a_cut(platform: Platform, video_id: str) -> None:
    made = await done(platform, "split_scenes", video_id, only_scenes=True)
    told = await platform.get(f"/v1/videos/{video_id}/scenes")
    assert (made["scene_count"], []) == (len(told["scenes"]), made["clips"])


@pytest.mark.parametrize("profile", [pytest.param("h264", marks=pytest.mark.chaos), "vp9", "av1"])
async def test_a_film_is_encoded_anew_and_plays(platform: Platform, video_id: str, profile: str) -> None:
    made = await done(platform, "transcode", video_id, profile=profile, height=90)
    assert (profile, 90) == (made["video_codec"], made["height"])
    await _plays(platform, made["video_id"])


@pytest.mark.parametrize("segments", ["fmp4", "ts"])
async def test_a_packaged_film_plays_from_its_playlist(platform: Platform, video_id: str, segments: str) -> None:
    made = await done(platform, "package", video_id, heights=[180, 90], segments=segments, segment_seconds=2)
    await _plays(platform, video_id, made["playlist"], sizes=[(320, 180), (160, 90)])


async def test_a_film_and_a_clip_that_is_yet_to_be_made_are_joined(
    platform: Platform, project_id: str, video_id: str
) -> None:
    clip = await platform.submit("trim", video_id, start_time=1.0, end_time=3.0)
    films = [video_id, {"$from": f"{clip}.video_id"}]
    body = {"type": "merge", "project_id": project_id, "input_data": {"video_ids": films}}
    job = await platform.ends((await platform.post("/v1/jobs", body))["id"])
    one, both = await film(platform, video_id), await film(platform, job["output_data"]["video_id"])
    assert one["duration"] + 2.0 == pytest.approx(both["duration"], abs=0.2)
    await _plays(platform, both["id"])


async def test_sound_is_brought_to_a_loudness(platform: Platform, video_id: str) -> None:
    made = await done(platform, "normalize_audio", video_id, target_lufs=-20)
    assert -20 == pytest.approx(made["after"]["integrated_lufs"], abs=0.6)


async def _plays(
    platform: Platform, video_id: str, path: str | None = None, *, sizes: list[tuple[int, int]] | None = None
) -> None:
    """In Chromium, where there is one, to its end and undamaged."""
    if needs_chromium.args[0]:
        return
    async with chromium_at(f"http://127.0.0.1:{platform.running.port}/?token={TOKEN}") as page:
        seen = await play(page, path or f"/v1/videos/{video_id}/content")
    made = await film(platform, video_id)
    assert (True, 0) == ((seen.width, seen.height) in (sizes or [(made["width"], made["height"])]), seen.corrupted)
    assert seen.seconds == pytest.approx(made["duration"], abs=0.2)
