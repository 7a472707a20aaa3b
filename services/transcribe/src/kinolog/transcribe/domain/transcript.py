"""What was heard: words with their times, and in which language."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Protocol, TypedDict, Unpack

from kinolog.common.jobs import CaptionInput

UNDETERMINED: Final = "und"
"""The language of silence (ISO 639-3)."""

LONGEST_STEM: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """A word with the space that precedes it, where its language has any; times in seconds of the video."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What was said without a break, as the model heard it, and what it thinks of that itself.

    `compression_ratio` is high where text repeats itself; `average_log_probability` is 0 where the model was certain.
    """

    words: tuple[SpokenWord, ...]
    no_speech_probability: float = 0.0
    average_log_probability: float = 0.0
    compression_ratio: float = 1.0
    temperature: float = 0.0

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """`language` is the one spoken; `model` says which model on which device heard it."""

    segments: tuple[Segment, ...]
    language: str
    language_probability: float
    model: str


class Measures(TypedDict, total=False):
    """Of work under way: `speed` in seconds of sound per second; bytes where moving them is the work."""

    speed: float | None
    eta_seconds: float | None
    done_bytes: int | None
    total_bytes: int | None
    bytes_per_second: float | None


class Report(Protocol):
    """Tell how far the work is."""

    def __call__(self, phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None: ...


def language_of_text(transcript: Transcript, job: CaptionInput) -> str:
    """Whisper translates into English, whatever was spoken."""
    return "en" if job.task == "translate" and transcript.segments else transcript.language


def caption_filename(video_filename: str, language: str) -> str:
    stem = PurePosixPath(video_filename).stem[:LONGEST_STEM] or "captions"
    return f"{stem}.{language}.srt"
