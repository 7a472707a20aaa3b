"""Every Transcriber keeps the same promises to the caption job."""

from itertools import pairwise
from pathlib import Path
from typing import Final, Unpack

import pytest

from kinolog.common.jobs import CaptionInput
from kinolog.transcribe import wiring
from kinolog.transcribe.adapters.memory_transcriber import MemoryTranscriber
from kinolog.transcribe.domain.transcript import Measures, Segment, SpokenWord, Transcript
from kinolog.transcribe.handlers.caption import Transcriber
from kinolog.transcribe.settings import TranscribeSettings

FIXTURE: Final = Path(__file__).parents[1] / "data" / "whisper-fixture"
HELLO_WORLD: Final = Transcript(
    segments=(
        Segment(
            words=(
                SpokenWord(text=" Hello", start=0.3, end=0.6, probability=0.9),
                SpokenWord(text=" world.", start=0.6, end=1.1, probability=0.9),
            )
        ),
        Segment(words=(SpokenWord(text=" This is a test.", start=1.9, end=2.7, probability=0.9),)),
    ),
    language="en",
    language_probability=0.99,
    model="memory",
)


def memory() -> Transcriber:
    return MemoryTranscriber(HELLO_WORLD)


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
    return await transcriber.transcribe(FIXTURE / "samples" / "hello_world.wav", CaptionInput(), report)


async def test_it_hears_what_was_said(transcriber: Transcriber) -> None:
    transcript = await hear(transcriber, Percents())

    words = [word.text for segment in transcript.segments for word in segment.words]
    assert "Hello world. This is a test." == "".join(words).strip()
    assert "en" == transcript.language


async def test_words_follow_one_another(transcriber: Transcriber) -> None:
    words = [word for segment in (await hear(transcriber, Percents())).segments for word in segment.words]

    assert all(word.start <= word.end for word in words)
    assert all(before.end <= after.start for before, after in pairwise(words))


async def test_it_tells_how_far_it_is_within_bounds(transcriber: Transcriber) -> None:
    percents = Percents()

    await hear(transcriber, percents)

    assert percents
    assert all(0 <= percent <= 100 for percent in percents)
