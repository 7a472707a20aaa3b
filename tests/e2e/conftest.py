"""Fixtures of the end-to-end stories."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from harness.platform import SAMPLE, Platform, Running, connected, started

from kinolog.cli.nats_server import free_port


@pytest.fixture(scope="session")
def web_port() -> int:
    """Where on loopback the platform may download from."""
    return free_port()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, web_port: int) -> Iterator[Running]:
    """One platform for all stories that leave it whole: two render workers, a lease of two seconds, downloads from
    loopback. A module whose stories break it, or set it up otherwise, has one of its own.
    """
    folder = tmp_path_factory.mktemp("platform") / "data"
    reach = {"KINOLOG_INGEST_ALLOWED_NETWORKS": "127.0.0.1/32", "KINOLOG_INGEST_ALLOWED_PORTS": str(web_port)}
    with started(folder, "--replicas", "render=2", environment=reach) as running:
        yield running


@pytest.fixture
async def platform(running: Running) -> AsyncIterator[Platform]:
    async with connected(running) as platform:
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
