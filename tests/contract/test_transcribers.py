"""Every Transcriber keeps the same promises to the caption job."""

from itertools import pairwise
from pathlib import Path
from typing import Final, Unpack

import pytest
from harness.hearing import a_part, heard, said

from kinolog.common.jobs import CaptionInput
from kinolog.transcribe import wiring
from kinolog.transcribe.adapters.memory_transcriber import MemoryTranscriber
from kinolog.transcribe.domain.transcript import Measures, Transcript
from kinolog.transcribe.handlers.hearing import Transcriber
from kinolog.transcribe.settings import TranscribeSettings

FIXTURE: Final = Path(__file__).parents[1] / "data" / "whisper-fixture"
HELLO: Final = said(("Hello", 0.3, 0.6), ("world.", 0.6, 1.1))
TEST: Final = said(("This is a test.", 1.9, 2.7))


def memory() -> Transcriber:
    return MemoryTranscriber((a_part(HELLO, end=1.5, is_last=False), a_part(TEST, start=1.5, end=3.1)))


def faster_whisper() -> Transcriber:
    return wiring.transcriber(
        TranscribeSettings(transcribe_model_dir=FIXTURE / "model", transcribe_device="cpu", transcribe_cpu_threads=1)
    )


@pytest.fixture(params=[memory, faster_whisper], ids=["memory", "faster-whisper"])
def transcriber(request: pytest.FixtureRequest) -> Transcriber:
    made: Transcriber = request.param()
    return made


class Percents(list[float]):
    """The percentages that were reported, of whatever phase."""

    def __call__(self, phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None:
        self.append(percent or 0.0)


async def hear(transcriber: Transcriber, report: Percents) -> Transcript:
    return await heard(transcriber, FIXTURE / "samples" / "hello_world.wav", CaptionInput(), report)


async def test_it_hears_what_was_said(transcriber: Transcriber) -> None:
    transcript = await hear(transcriber, Percents())

    words = [word.text for segment in transcript.segments for word in segment.words]
    assert "Hello world. This is a test." == "".join(words).strip()
    assert "en" == transcript.spoken.language


async def test_words_follow_one_another(transcriber: Transcriber) -> None:
    words = [word for segment in (await hear(transcriber, Percents())).segments for word in segment.words]

    assert all(word.start <= word.end for word in words)
    assert all(before.end <= after.start for before, after in pairwise(words))


async def test_it_tells_how_far_it_is_within_bounds(transcriber: Transcriber) -> None:
    percents = Percents()

    await hear(transcriber, percents)

    assert percents
    assert all(0 <= percent <= 100 for percent in percents)
