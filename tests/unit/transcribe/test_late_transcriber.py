"""What a transcriber costs, a worker pays when it has something to transcribe."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Unpack

import pytest
from harness.hearing import a_part, heard

from kinolog.common.errors import BadSettings
from kinolog.common.jobs import CaptionInput
from kinolog.transcribe import wiring
from kinolog.transcribe.adapters.late_transcriber import Hear, LateTranscriber
from kinolog.transcribe.adapters.memory_transcriber import MemoryTranscriber
from kinolog.transcribe.domain.transcript import Measures, Spoken, Transcript
from kinolog.transcribe.settings import TranscribeSettings

SILENCE = a_part(spoken=Spoken())
FILE = Path("video.mp4")

WHISPER_S_LIBRARIES = "'av', 'ctranslate2', 'faster_whisper', 'huggingface_hub', 'numpy', 'onnxruntime', 'tokenizers'"


class Maker:
    def __init__(self, *failures: Exception) -> None:
        self.calls = 0
        self._failures = list(failures)

    def __call__(self) -> Hear:
        self.calls += 1
        if self._failures:
            raise self._failures.pop()
        return MemoryTranscriber((SILENCE,)).hear


def report(phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None:
    """Nobody listens."""


async def test_nothing_is_made_before_the_first_job() -> None:
    maker = Maker()

    LateTranscriber(maker)

    assert 0 == maker.calls


async def test_two_first_jobs_at_once_share_what_is_made() -> None:
    maker = Maker()
    late = LateTranscriber(maker)

    transcripts = await asyncio.gather(*(heard(late, FILE, CaptionInput(), report) for _ in range(2)))

    assert ([Transcript.of([SILENCE])] * 2, 1) == (transcripts, maker.calls)


async def test_what_could_not_be_made_is_tried_again_by_the_next_job() -> None:
    late = LateTranscriber(Maker(ValueError("no such device")))
    with pytest.raises(ValueError, match="no such device"):
        await heard(late, FILE, CaptionInput(), report)

    transcript = await heard(late, FILE, CaptionInput(), report)

    assert Transcript.of([SILENCE]) == transcript


def test_a_worker_that_has_had_no_job_has_none_of_whispers_libraries_in_memory() -> None:
    program = (
        "import sys; from kinolog.transcribe import __main__, wiring; from kinolog.transcribe.settings import *;"
        f"wiring.handlers(TranscribeSettings()); print({{{WHISPER_S_LIBRARIES}}} & sys.modules.keys())"
    )

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "set()\n" == found.stdout


def test_a_device_that_somebody_has_chosen_is_tried_at_the_start() -> None:
    with pytest.raises(BadSettings, match="KINOLOG_TRANSCRIBE_COMPUTE_TYPE is int3"):
        wiring.handlers(TranscribeSettings(transcribe_compute_type="int3"))
