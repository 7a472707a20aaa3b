"""A long film is made by several workers, and goes on where it was when one of them is killed."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.platform import Platform, Running, connected, started

from kinolog.common.testing import eventually


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two render workers, for whom ten seconds are long."""
    folder = tmp_path_factory.mktemp("long") / "data"
    long = {"LONG_FILM_SECONDS": "10", "SEGMENT_SECONDS": "2", "SEGMENT_LOOK_SECONDS": "0.2"}
    environment = {f"KINOLOG_{name}": value for name, value in long.items()}
    with started(folder, "--replicas", "render=2", environment=environment) as running:
        yield running


@pytest.fixture
async def platform(running: Running) -> AsyncIterator[Platform]:
    async with connected(running) as platform:
        yield platform


async def saved(platform: Platform, job_id: str) -> list[dict[str, Any]]:
    """The checkpoints of a film that is made in segments, in order."""
    events = (await platform.get(f"/v1/jobs/{job_id}/events"))["data"]
    return [event["data"]["state"]["segments"] for event in events if event["type"] == "job.checkpointed"]


async def test_a_film_whose_worker_is_killed_keeps_the_segments_it_has(platform: Platform, long_clip: Path) -> None:
    video_id = await platform.video(await platform.project(), long_clip)
    job_id = await platform.submit("transcode", video_id)

    async def finished() -> dict[str, Any] | None:
        return next((state["parts"] for state in await saved(platform, job_id) if state["parts"]), None)

    before = await eventually(finished, within=60)
    os.kill(await platform.worker_of(job_id), signal.SIGKILL)
    job = await platform.ends(job_id, within=90)
    after = (await saved(platform, job_id))[-1]["parts"]
    assert ("completed", 2, before) == (job["status"], job["attempt"], {name: after[name] for name in before})
    jobs = (await platform.get("/v1/jobs", type="render_segment"))["data"]
    assert "completed" in {each["status"] for each in jobs}
