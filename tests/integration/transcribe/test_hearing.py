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
from kinolog.common.jobs.caption import VoiceDetection
from kinolog.transcribe.adapters.faster_whisper import FasterWhisper
from kinolog.transcribe.domain.transcript import Begun, Report, Segment, SpokenWord, Transcript

Hear = Callable[[str], Awaitable[Transcript]]

SEGMENT_TOLERANCE_SECONDS: Final = 0.15
WORD_TOLERANCE_SECONDS: Final = 0.1
# One end of 86 is 0.115 s late.
SHARE_WITHIN_TOLERANCE: Final = 0.98
WORST_WORD_SECONDS: Final = 0.15

EDGES: Final = ("start", "end")

ONE_AT_A_TIME: Final = CaptionInput(batch_size=1)
SEVERAL_AT_A_TIME: Final = CaptionInput(batch_size=4)

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


@pytest.fixture(scope="module", params=[ONE_AT_A_TIME, SEVERAL_AT_A_TIME], ids=["in turn", "in batches"])
def hear(whisper: FasterWhisper, samples: Path, request: pytest.FixtureRequest) -> Hear:
    """Listens to each sample once in each way, however many tests ask."""
    transcripts: dict[str, Transcript] = {}

    async def hear_once(name: str) -> Transcript:
        if name not in transcripts:
            transcripts[name] = await heard(whisper, samples / name, request.param, lambda *_, **__: None)
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
    off = [abs(true[edge] - getattr(part, edge)) for true, part in zip(expected, found, strict=True) for edge in EDGES]
    assert max(off) < SEGMENT_TOLERANCE_SECONDS


@pytest.mark.parametrize("name", SPOKEN_SAMPLES)
async def test_every_word_is_heard_when_it_was_said(name: str, hear: Hear, truth: dict[str, Any]) -> None:
    words = words_of(await hear(name))

    expected = true_words(truth[name])
    assert [word["word"] for word in expected] == [bare(word.text) for word in words]
    assert max(distances(list(zip(expected, words, strict=True)))) < WORST_WORD_SECONDS


async def test_nearly_every_word_is_told_within_a_tenth_of_a_second(hear: Hear, truth: dict[str, Any]) -> None:
    pairs = [
        pair
        for name in SPOKEN_SAMPLES
        for pair in zip(true_words(truth[name]), words_of(await hear(name)), strict=True)
    ]

    off = distances(pairs)

    within = sum(distance <= WORD_TOLERANCE_SECONDS for distance in off)
    assert within / len(off) > SHARE_WITHIN_TOLERANCE


def distances(pairs: list[tuple[dict[str, Any], SpokenWord]]) -> list[float]:
    """How far each start and each end is from the truth, in seconds."""
    return [abs(true[edge] - getattr(word, edge)) for true, word in pairs for edge in EDGES]


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
    assert max(ends) < 2 * WORST_WORD_SECONDS


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


async def test_what_follows_a_break_is_heard_as_without_it(
    make_whisper: Callable[..., FasterWhisper], hello_video: Path, reports: Report
) -> None:
    whisper = make_whisper(transcribe_piece_seconds=5)
    parts = [part async for part in whisper.hear(hello_video, CaptionInput(), reports)]

    again = [part async for part in whisper.hear(hello_video, CaptionInput(), reports, Begun.after(parts[:2]))]

    assert len(parts) > 2
    assert parts[2:] == again


async def test_progress_after_a_break_begins_at_what_is_done(
    whisper: FasterWhisper, hello_video: Path, reports: Any
) -> None:
    await heard(whisper, hello_video, CaptionInput(), reports, Begun(6.0))

    first = next(percent for phase, percent in reports.seen if phase == "transcribe")
    assert ["model", "audio", "transcribe"] == reports.phases
    assert 30 < first < 60


async def test_every_option_reaches_the_real_model(whisper: FasterWhisper, samples: Path, reports: Report) -> None:
    wishes = CaptionInput(
        language="en",
        initial_prompt="A talk about films.",
        words=("Kinolog",) * 200,
        voice_detection=VoiceDetection(threshold=0.4, min_speech_seconds=0.1, min_silence_seconds=0.5, pad_seconds=0.2),
        beam_size=2,
        temperatures=(0.0, 0.4),
    )

    for batch_size in (1, 2):
        job = wishes.model_copy(update={"batch_size": batch_size})
        transcript = await heard(whisper, samples / "video_captions.wav", job, reports)
        assert "Welcome to the video." == transcript.segments[0].text


async def test_without_voice_detection_nothing_is_known_of_who_speaks_when(
    whisper: FasterWhisper, samples: Path, reports: Report
) -> None:
    with_it = await heard(whisper, samples / "late_start.wav", CaptionInput(), reports)
    without = await heard(whisper, samples / "late_start.wav", CaptionInput(vad=False), reports)

    assert (True, False) == (with_it.by.vad, without.by.vad)
    assert 3 < (with_it.speech_seconds or 0) < 5
    assert without.speech_seconds is None


async def test_silence_at_the_beginning_has_no_say_in_the_language(
    make_whisper: Callable[..., FasterWhisper], samples: Path, reports: Report, tmp_path: Path
) -> None:
    joined, _ = join(samples, ("silence.wav", "silence.wav", "german.wav"), tmp_path)
    whisper = make_whisper(transcribe_piece_seconds=5)

    parts = [part async for part in whisper.hear(joined, CaptionInput(), reports)]

    assert ["und", "de"] == [parts[0].spoken.language, parts[-1].spoken.language]
