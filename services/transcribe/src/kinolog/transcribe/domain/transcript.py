"""What was heard: words with their times, in which language, and what heard them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final, Protocol, TypedDict, Unpack

from kinolog.common.jobs import CaptionInput

UNDETERMINED: Final = "und"
"""The language of silence (ISO 639-3)."""

LONGEST_STEM: Final = 200
_DIGEST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """A word with the space that precedes it, where its language has any; times in seconds of the video."""

    text: str
    start: float
    end: float
    probability: float

    def moved(self, seconds: float) -> "SpokenWord":
        """The same so much later, to the millisecond."""
        start, end = round(self.start + seconds, 3), round(self.end + seconds, 3)
        return SpokenWord(text=self.text, start=start, end=end, probability=self.probability)


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

    def beginning_at(self, start: float) -> "Segment":
        first, *others = self.words
        return replace(self, words=(replace(first, start=start), *others))

    def moved(self, seconds: float) -> "Segment":
        return replace(self, words=tuple(word.moved(seconds) for word in self.words))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language, and how sure the model was of it."""

    language: str = UNDETERMINED
    probability: float = 0.0

    def or_surer(self, other: "Spoken") -> "Spoken":
        return other if other.probability > self.probability else self


SILENCE: Final = Spoken()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """Which model, by the hash of its weights, on which device, with which kind of numbers."""

    name: str
    sha256: str
    device: str
    compute_type: str

    @property
    def label(self) -> str:
        return f"{self.name}@{self.sha256[:_DIGEST_DIGITS]} ({self.device}, {self.compute_type})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What heard, and what it made of the wishes: `batch_size` stretches at the same time, `temperatures` in turn."""

    model: ModelFacts
    vad: bool
    batch_size: int
    temperatures: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was heard from `start` to `end`, in seconds of the video. The first part starts at 0, the others where the
    one before ends.

    `spoken` is the language of all the sound so far, `speech_seconds` how long somebody spoke in this part, None where
    that was not looked into.
    """

    start: float
    end: float
    segments: tuple[Segment, ...]
    spoken: Spoken
    speech_seconds: float | None
    by: Hearing
    is_last: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to go on: this much has been heard before, in this language."""

    seconds: float = 0.0
    spoken: Spoken = SILENCE

    @classmethod
    def after(cls, parts: Sequence[Part]) -> "Begun":
        return cls(parts[-1].end, parts[-1].spoken) if parts else cls()


FROM_THE_BEGINNING: Final = Begun()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    segments: tuple[Segment, ...]
    spoken: Spoken
    audio_seconds: float
    speech_seconds: float | None
    by: Hearing

    @classmethod
    def of(cls, parts: Sequence[Part]) -> "Transcript":
        """All parts of a sound, of which there is at least one, in order."""
        last = parts[-1]
        spoke = [part.speech_seconds for part in parts if part.speech_seconds is not None]
        return cls(
            segments=tuple(segment for part in parts for segment in part.segments),
            spoken=last.spoken,
            audio_seconds=round(last.end, 3),
            speech_seconds=round(sum(spoke), 3) if spoke else None,
            by=last.by,
        )


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
    return "en" if job.task == "translate" and transcript.segments else transcript.spoken.language


def caption_filename(video_filename: str, language: str) -> str:
    stem = PurePosixPath(video_filename).stem[:LONGEST_STEM] or "captions"
    return f"{stem}.{language}.srt"
