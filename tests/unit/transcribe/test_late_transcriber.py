"""What a transcriber costs, a worker pays when it has something to transcribe."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Unpack

import pytest

from kinolog.common.jobs import CaptionInput
from kinolog.transcribe import wiring
from kinolog.transcribe.adapters.late_transcriber import LateTranscriber, Transcribe
from kinolog.transcribe.adapters.memory_transcriber import MemoryTranscriber
from kinolog.transcribe.domain.transcript import Measures, Transcript
from kinolog.transcribe.settings import TranscribeSettings

SILENCE = Transcript(segments=(), language="und", language_probability=0.0, model="memory")
FILE = Path("video.mp4")

WHISPER_S_LIBRARIES = "'av', 'ctranslate2', 'faster_whisper', 'huggingface_hub', 'numpy', 'onnxruntime', 'tokenizers'"


class Maker:
    def __init__(self, *failures: Exception) -> None:
        self.calls = 0
        self._failures = list(failures)

    def __call__(self) -> Transcribe:
        self.calls += 1
        if self._failures:
            raise self._failures.pop()
        return MemoryTranscriber(SILENCE).transcribe


def report(phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None:
    """Nobody listens."""


async def test_nothing_is_made_before_the_first_job() -> None:
    maker = Maker()

    LateTranscriber(maker)

    assert 0 == maker.calls


async def test_two_first_jobs_at_once_share_what_is_made() -> None:
    maker = Maker()
    late = LateTranscriber(maker)

    heard = await asyncio.gather(*(late.transcribe(FILE, CaptionInput(), report) for _ in range(2)))

    assert ([SILENCE, SILENCE], 1) == (heard, maker.calls)


async def test_what_could_not_be_made_is_tried_again_by_the_next_job() -> None:
    late = LateTranscriber(Maker(ValueError("no such device")))
    with pytest.raises(ValueError, match="no such device"):
        await late.transcribe(FILE, CaptionInput(), report)

    heard = await late.transcribe(FILE, CaptionInput(), report)

    assert SILENCE == heard


def test_a_worker_that_has_had_no_job_has_none_of_whispers_libraries_in_memory() -> None:
    program = (
        "import sys; from kinolog.transcribe import __main__, wiring; from kinolog.transcribe.settings import *;"
        f"wiring.handlers(TranscribeSettings()); print({{{WHISPER_S_LIBRARIES}}} & sys.modules.keys())"
    )

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "set()\n" == found.stdout


def test_a_device_that_somebody_has_chosen_is_tried_at_the_start() -> None:
    with pytest.raises(ValueError, match="KINOLOG_TRANSCRIBE_COMPUTE_TYPE is int3"):
        wiring.handlers(TranscribeSettings(transcribe_compute_type="int3"))
