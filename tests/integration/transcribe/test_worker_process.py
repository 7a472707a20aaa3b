"""The service as a process of its own, on a real nats-server."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinolog.common.aggregates import CAPTION, JOB, Job
from kinolog.common.aggregates.job import JobStatus
from kinolog.common.blobs import BlobStore
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.subtitles import cues_from_json
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import registered, submitted

Process = subprocess.Popen[bytes]


@pytest.fixture
def blobs_url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/blobs"


@pytest.fixture
def service(
    jetstream_log: JetStreamLog, nats_server: NatsServer, blobs_url: str, model_dir: Path, tmp_path: Path
) -> Iterator[Process]:
    settings = {
        "KINOLOG_NATS_URL": nats_server.url,
        "KINOLOG_BLOBS_URL": blobs_url,
        "KINOLOG_WORK_DIR": str(tmp_path / "work"),
        "KINOLOG_TRANSCRIBE_MODEL_DIR": str(model_dir),
        "KINOLOG_TRANSCRIBE_DEVICE": "cpu",
    }
    process = subprocess.Popen([sys.executable, "-m", "kinolog.transcribe"], env={**os.environ, **settings})
    yield process
    process.kill()
    process.wait()


async def ended(log: JetStreamLog, job_id: str) -> Job:
    async def job() -> Job | None:
        state = (await load(log, JOB, job_id)).require()
        return state if state.completed_at else None

    state = await eventually(job, within=60)
    assert state is not None
    return state


async def test_it_captions_a_video_and_stops_when_told_to(
    service: Process, jetstream_log: JetStreamLog, blobs_url: str, hello_video: Path
) -> None:
    blobs = BlobStore.open(blobs_url)
    content = await blobs.put_file(hello_video, "video/mp4")
    video_id = await registered(jetstream_log, filename="hello.mp4", content=content)
    job_id = await submitted(jetstream_log, type="caption", queue="transcribe", video_id=video_id, input_data={})

    job = await ended(jetstream_log, job_id)

    assert JobStatus.COMPLETED == job.status, job.error_message
    caption = (await load(jetstream_log, CAPTION, (job.output_data or {})["caption_id"])).require()
    cues = cues_from_json(await blobs.read(caption.cues))
    assert "Find the red clip in scene three." == cues[2].text
    service.send_signal(signal.SIGTERM)
    await eventually(lambda: service.poll() is not None, within=20)
    assert 0 == service.returncode
