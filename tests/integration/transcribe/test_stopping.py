"""A cancelled job stops listening within two seconds and leaves no thread behind."""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.hearing import heard

from kinolog.common.jobs import CaptionInput
from kinolog.common.testing import eventually
from kinolog.transcribe.adapters.faster_whisper import FasterWhisper
from kinolog.transcribe.adapters.thread import Caller
from kinolog.transcribe.domain.transcript import Begun


def working_threads() -> int:
    """Threads that run our code now, as against idle ones of the pool."""
    files = (frame.f_code.co_filename for top in sys._current_frames().values() for frame in _stack(top))
    return sum("kinolog/transcribe/adapters" in name for name in files)


def _stack(frame: Any) -> Any:
    while frame is not None:
        yield frame
        frame = frame.f_back


@pytest.fixture
def long_sound(ffmpeg: Callable[..., Path], samples: Path) -> Path:
    """Ten minutes of speech."""
    clip = str(samples / "video_captions.wav")
    return ffmpeg("long.wav", "-stream_loop", "-1", "-i", clip, "-t", "600", "-c", "copy")


@pytest.mark.parametrize(("phase", "begun"), [("transcribe", Begun()), ("audio", Begun(599.0))])
async def test_cancelling_stops_the_thread(
    phase: str, begun: Begun, make_whisper: Callable[..., FasterWhisper], long_sound: Path, reports: Any
) -> None:
    whisper = make_whisper(transcribe_piece_seconds=10)
    job = asyncio.create_task(heard(whisper, long_sound, CaptionInput(), reports, begun))
    await eventually(lambda: phase in reports.phases)
    began_at = time.monotonic()

    job.cancel()

    with pytest.raises(asyncio.CancelledError):
        await job
    assert time.monotonic() - began_at < 2
    await eventually(lambda: working_threads() == 0, within=1)


async def test_a_job_that_waits_for_the_model_can_be_cancelled(
    make_whisper: Callable[..., FasterWhisper], samples: Path, reports: Any
) -> None:
    whisper = make_whisper()
    with whisper.models._loading:
        job = asyncio.create_task(heard(whisper, samples / "hello_world.wav", CaptionInput(), reports))
        await eventually(lambda: working_threads() > 0)

        job.cancel()

        with pytest.raises(asyncio.CancelledError):
            await job
        await eventually(lambda: working_threads() == 0, within=1)


async def test_a_job_that_waits_for_the_stretch_of_another_one_can_be_cancelled(
    make_whisper: Callable[..., FasterWhisper], samples: Path, reports: Any
) -> None:
    whisper = make_whisper()
    await heard(whisper, samples / "hello_world.wav", CaptionInput(), lambda *_, **__: None)
    [place] = whisper.models._places.values()
    with Caller(reports).holding(place.model.turn):
        job = asyncio.create_task(heard(whisper, samples / "hello_world.wav", CaptionInput(), reports))
        await eventually(lambda: "transcribe" in reports.phases)

        job.cancel()

        with pytest.raises(asyncio.CancelledError):
            await job
        await eventually(lambda: working_threads() == 0, within=1)


async def test_the_transcriber_serves_the_next_job_after_a_cancelled_one(
    make_whisper: Callable[..., FasterWhisper], long_sound: Path, samples: Path, reports: Any
) -> None:
    whisper = make_whisper(transcribe_piece_seconds=10)
    job = asyncio.create_task(heard(whisper, long_sound, CaptionInput(), reports))
    await eventually(lambda: "transcribe" in reports.phases)
    job.cancel()
    await asyncio.wait({job})

    transcript = await heard(whisper, samples / "hello_world.wav", CaptionInput(), reports)

    assert 2 == len(transcript.segments)
