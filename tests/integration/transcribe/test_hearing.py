"""The real Whisper hears every word of the samples, when it was said, and in which language."""

import hashlib
import string
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest
from harness.hearing import heard

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.adapters.faster_whisper import FasterWhisper
from kinolog.transcribe.domain.transcript import Report, Segment, SpokenWord, Transcript

Hear = Callable[[str], Awaitable[Transcript]]

# The model's README gives the bounds it was measured to keep.
WORD_TOLERANCE_SECONDS: Final = 0.15
SEGMENT_TOLERANCE_SECONDS: Final = 0.15

SPOKEN_SAMPLES: Final = (
    "british.wav",
    "digits.wav",
    "female.wav",
    "german.wav",
    "hello_world.wav",
    "late_start.wav",
    "long_gap.wav",
    "video_captions.wav",
)


def bare(word: str) -> str:
    return word.strip().strip(string.punctuation).lower()


def words_of(transcript: Transcript) -> list[SpokenWord]:
    return [word for segment in transcript.segments for word in segment.words]


def true_words(sample: dict[str, Any]) -> list[dict[str, Any]]:
    return [word for segment in sample["segments"] for word in segment["words"]]


def text_of(segment: Segment) -> str:
    return "".join(word.text for word in segment.words).strip()


@pytest.fixture(scope="module")
def hear(whisper: FasterWhisper, samples: Path) -> Hear:
    """Listens to each sample once, however many tests ask."""
    transcripts: dict[str, Transcript] = {}

    async def hear_once(name: str) -> Transcript:
        if name not in transcripts:
            transcripts[name] = await heard(whisper, samples / name, CaptionInput(), lambda *_, **__: None)
        return transcripts[name]

    return hear_once


@pytest.mark.parametrize("name", SPOKEN_SAMPLES)
async def test_every_sentence_is_heard_in_its_language_and_at_its_time(
    name: str, hear: Hear, truth: dict[str, Any]
) -> None:
    transcript = await hear(name)

    expected, found = truth[name]["segments"], transcript.segments
    assert [segment["text"] for segment in expected] == [text_of(part) for part in found]
    assert truth[name]["language"] == transcript.spoken.language
    assert 0.9 < transcript.spoken.probability <= 1
    starts = [abs(true["start"] - part.words[0].start) for true, part in zip(expected, found, strict=True)][1:]
    ends = [abs(true["end"] - part.words[-1].end) for true, part in zip(expected, found, strict=True)]
    assert max(starts + ends) < SEGMENT_TOLERANCE_SECONDS


@pytest.mark.parametrize("name", SPOKEN_SAMPLES)
async def test_every_word_is_heard_when_it_was_said(name: str, hear: Hear, truth: dict[str, Any]) -> None:
    words = words_of(await hear(name))

    expected = true_words(truth[name])
    assert [word["word"] for word in expected] == [bare(word.text) for word in words]
    # The first word of a clip begins where listening began.
    starts = [abs(true["start"] - word.start) for true, word in zip(expected[1:], words[1:], strict=True)]
    ends = [abs(true["end"] - word.end) for true, word in zip(expected, words, strict=True)]
    assert max(starts + ends) < WORD_TOLERANCE_SECONDS


async def test_long_sound_is_heard_piece_by_piece(
    make_whisper: Callable[..., FasterWhisper], samples: Path, truth: dict[str, Any], reports: Report, tmp_path: Path
) -> None:
    names = ("hello_world.wav", "british.wav", "female.wav", "digits.wav")
    joined, offsets = join(samples, names, tmp_path)
    whisper = make_whisper(transcribe_piece_seconds=7)

    words = words_of(await heard(whisper, joined, CaptionInput(), reports))

    expected = [(word, offset) for name, offset in zip(names, offsets, strict=True) for word in true_words(truth[name])]
    assert [word["word"] for word, _ in expected] == [bare(word.text) for word in words]
    ends = [abs(true["end"] + offset - word.end) for (true, offset), word in zip(expected, words, strict=True)]
    assert max(ends) < 2 * WORD_TOLERANCE_SECONDS


def join(samples: Path, names: tuple[str, ...], folder: Path) -> tuple[Path, list[float]]:
    """One sound file of several, and where each begins in seconds."""
    offsets, frames = [0.0], []
    for name in names:
        with wave.open(str(samples / name)) as clip:
            settings = clip.getparams()
            frames.append(clip.readframes(clip.getnframes()))
            offsets.append(offsets[-1] + clip.getnframes() / clip.getframerate())
    with wave.open(str(folder / "joined.wav"), "wb") as joined:
        joined.setparams(settings)
        joined.writeframes(b"".join(frames))
    return folder / "joined.wav", offsets[:-1]


async def test_the_sound_of_a_video_is_heard(whisper: FasterWhisper, hello_video: Path, reports: Report) -> None:
    transcript = await heard(whisper, hello_video, CaptionInput(), reports)

    assert [
        "Welcome to the video.",
        "This is the first caption.",
        "Find the red clip in scene three.",
        "Open the video and trim the last scene.",
        "The picture is small and green.",
    ] == [text_of(segment) for segment in transcript.segments]


async def test_silence_has_no_words_and_no_language(hear: Hear) -> None:
    transcript = await hear("silence.wav")

    assert ((), "und", 0.0) == (transcript.segments, transcript.spoken.language, transcript.spoken.probability)


async def test_a_language_that_is_given_is_not_guessed(whisper: FasterWhisper, samples: Path, reports: Report) -> None:
    transcript = await heard(whisper, samples / "german.wav", CaptionInput(language="de"), reports)

    assert ("de", 1.0) == (transcript.spoken.language, transcript.spoken.probability)


async def test_an_unknown_language_is_refused(whisper: FasterWhisper, samples: Path, reports: Report) -> None:
    with pytest.raises(PermanentError, match="language must be one that the model knows, not 'xx'") as refusal:
        await heard(whisper, samples / "german.wav", CaptionInput(language="xx"), reports)

    assert "unknown_language" == refusal.value.kind


async def test_progress_names_its_phases_and_never_goes_back(
    whisper: FasterWhisper, hello_video: Path, reports: Any
) -> None:
    await heard(whisper, hello_video, CaptionInput(), reports)

    percents = [percent for phase, percent in reports.seen if phase == "transcribe"]
    assert ["model", "transcribe"] == reports.phases
    assert sorted(percents) == percents


async def test_the_model_is_named_with_its_contents_and_its_device(hear: Hear, model_dir: Path) -> None:
    by = (await hear("hello_world.wav")).by.model

    assert hashlib.sha256((model_dir / "model.bin").read_bytes()).hexdigest() == by.sha256
    assert f"model@{by.sha256[:12]} (cpu, int8_float32)" == by.label
