"""Fixtures of the end-to-end stories."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from harness.platform import SAMPLE, Platform, ready


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    """A platform with two render workers and a lease of two seconds."""
    async with ready(tmp_path / "data", "--replicas", "render=2") as platform:
        yield platform


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of moving picture with speech; burning it takes some seconds."""
    path = tmp_path_factory.mktemp("clips") / "long.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30"]
    speech = ["-stream_loop", "-1", "-i", str(SAMPLE)]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "copy"]
    arguments = [*picture, *speech, "-map", "0:v", "-map", "1:a", *codecs, "-t", "20"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *arguments, str(path)], check=True)
    return path
