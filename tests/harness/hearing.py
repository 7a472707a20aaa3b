"""Transcripts without a model, and with any: parts made up, and parts put together."""

from pathlib import Path
from typing import Any, Final

from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.domain.transcript import (
    FROM_THE_BEGINNING,
    Begun,
    Hearing,
    ModelFacts,
    Part,
    Report,
    Segment,
    Spoken,
    SpokenWord,
    Transcript,
)
from kinolog.transcribe.handlers.hearing import Transcriber

MODEL: Final = ModelFacts(name="memory", sha256="ab" * 32, device="cpu", compute_type="int8")
BY_MEMORY: Final = Hearing(model=MODEL, vad=True, batch_size=1, temperatures=(0.0,))
ENGLISH: Final = Spoken("en", 0.99)


def said(*words: tuple[str, float, float]) -> Segment:
    """A segment of words, each with when it starts and ends."""
    return Segment(
        words=tuple(SpokenWord(text=f" {text}", start=start, end=end, probability=0.9) for text, start, end in words)
    )


def a_part(*segments: Segment, **changes: Any) -> Part:
    """The only part of ten seconds of sound, unless told otherwise."""
    usual = {"start": 0.0, "end": 10.0, "spoken": ENGLISH, "speech_seconds": 4.0, "by": BY_MEMORY, "is_last": True}
    return Part(segments=segments, **{**usual, **changes})


async def heard(
    transcriber: Transcriber, source: Path, job: CaptionInput, report: Report, begun: Begun = FROM_THE_BEGINNING
) -> Transcript:
    """All parts, as one."""
    return Transcript.of([part async for part in transcriber.hear(source, job, report, begun)])
