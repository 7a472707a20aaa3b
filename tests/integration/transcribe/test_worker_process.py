"""The service as a process of its own, on a real nats-server."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from kinolog.common.aggregates import CAPTION, JOB, Job
from kinolog.common.aggregates.job import JobStatus
from kinolog.common.blobs import BlobStore
from kinolog.common.events.job import JobCheckpointed
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
def start_service(
    jetstream_log: JetStreamLog, nats_server: NatsServer, blobs_url: str, model_dir: Path, tmp_path: Path
) -> Iterator[Callable[[], Process]]:
    settings = {
        "KINOLOG_NATS_URL": nats_server.url,
        "KINOLOG_BLOBS_URL": blobs_url,
        "KINOLOG_WORK_DIR": str(tmp_path / "work"),
        "KINOLOG_TRANSCRIBE_MODEL_DIR": str(model_dir),
        "KINOLOG_TRANSCRIBE_DEVICE": "cpu",
        "KINOLOG_TRANSCRIBE_PIECE_SECONDS": "20",
        "KINOLOG_LEASE_SECONDS": "2",
    }
    processes = list[Process]()

    def start() -> Process:
        processes.append(subprocess.Popen([sys.executable, "-m", "kinolog.transcribe"], env={**os.environ, **settings}))
        return processes[-1]

    yield start
    for process in processes:
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
    start_service: Callable[[], Process], jetstream_log: JetStreamLog, blobs_url: str, hello_video: Path
) -> None:
    service = start_service()
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


ENGLISH: Final = ("british", "digits", "female", "hello_world", "late_start", "long_gap", "video_captions")
ROUND_SECONDS: Final = 38.741
WELCOME: Final = "Welcome to the video."


@pytest.fixture
def long_talk(ffmpeg: Callable[..., Path], samples: Path, tmp_path: Path) -> Path:
    """Everything that can be said in English, four times."""
    (tmp_path / "list").write_text("".join(f"file '{samples / name}.wav'\n" for name in ENGLISH * 4))
    return ffmpeg("long.m4a", "-f", "concat", "-safe", "0", "-i", str(tmp_path / "list"), "-c:a", "aac")


async def checkpoints(log: JetStreamLog, job_id: str) -> list[float]:
    """How much had been heard at each, in seconds."""
    events = [recorded.event for recorded in await log.read("job", job_id)]
    return [event.state["heard"]["seconds"] for event in events if isinstance(event, JobCheckpointed)]


async def test_a_worker_that_is_killed_costs_no_more_than_the_piece_it_heard(
    start_service: Callable[[], Process], jetstream_log: JetStreamLog, blobs_url: str, long_talk: Path
) -> None:
    blobs, killed = BlobStore.open(blobs_url), start_service()
    video_id = await registered(jetstream_log, content=await blobs.put_file(long_talk, "audio/mp4"))
    job_id = await submitted(jetstream_log, type="caption", queue="transcribe", video_id=video_id, input_data={})
    before = await eventually(lambda: checkpoints(jetstream_log, job_id), within=60)

    killed.kill()
    start_service()

    job = await ended(jetstream_log, job_id)
    after = await checkpoints(jetstream_log, job_id)
    assert (JobStatus.COMPLETED, 2) == (job.status, job.attempt), job.error_message
    assert len(before) < len(after) == len(set(after))
    assert sorted(after) == after
    caption = (await load(jetstream_log, CAPTION, (job.output_data or {})["caption_id"])).require()
    texts = [cue.text for cue in cues_from_json(await blobs.read(caption.cues))]
    assert 4 == sum(WELCOME in text for text in texts)
    assert caption.transcription is not None
    assert 4 * ROUND_SECONDS == pytest.approx(caption.transcription.audio_seconds, abs=0.1)
