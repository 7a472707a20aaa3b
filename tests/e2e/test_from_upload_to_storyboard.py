"""The story of what a library shows of a film: it is uploaded, and its pictures and its sound follow by themselves."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from harness.platform import SAMPLE, Platform, Running, started
from PIL import Image

from kinolog.common.testing import eventually


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A platform that analyzes what it gets, as it does unless told otherwise."""
    folder = tmp_path_factory.mktemp("platform") / "data"
    with started(folder, environment={"KINOLOG_INGEST_ANALYZES_NEW_VIDEOS": "true"}) as running:
        yield running


async def test_an_uploaded_film_gets_its_pictures_and_its_sound(platform: Platform) -> None:
    project_id = await platform.project()
    upload = await platform.upload(project_id, SAMPLE)
    video_id = (await platform.ends(upload["id"]))["output_data"]["video_id"]
    analysis = await platform.ends((await the_analysis(platform, project_id))["id"])
    assert {"made": ["storyboard", "waveform", "sound"], "missing": []} == analysis["output_data"]
    await the_storyboard_is_as_the_track_says(platform, video_id)
    sound = await platform.get(f"/v1/videos/{video_id}/sound")
    assert -70 < sound["integrated_lufs"] < 0
    waveform = await platform.get(f"/v1/videos/{video_id}/waveform")
    assert waveform["length"] * 2 == len(waveform["data"])


async def the_analysis(platform: Platform, project_id: str) -> dict[str, Any]:
    """The catalog may be a moment behind."""

    async def found() -> dict[str, Any] | None:
        jobs = (await platform.get("/v1/jobs", project_id=project_id, type="analyze"))["data"]
        return next(iter(jobs), None)

    return await eventually(found, within=30)


async def the_storyboard_is_as_the_track_says(platform: Platform, video_id: str) -> None:
    track = (await platform.client.get(f"/v1/videos/{video_id}/storyboard.vtt")).text
    sheet = (await platform.client.get(f"/v1/videos/{video_id}/storyboard.jpg")).content
    left, top, width, height = (int(number) for number in track.rpartition("#xywh=")[2].split(","))
    shown = Image.open(io.BytesIO(sheet)).size
    assert (True, True) == (left + width <= shown[0], top + height == shown[1])
