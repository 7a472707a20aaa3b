"""Speech to text with faster-whisper."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from faster_whisper import WhisperModel
from faster_whisper.transcribe import Segment as WhisperSegment
from faster_whisper.transcribe import Word as WhisperWord

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.adapters import audio
from kinolog.transcribe.adapters.loading import LoadedModel
from kinolog.transcribe.adapters.models import ModelShelf
from kinolog.transcribe.adapters.thread import Caller, in_thread
from kinolog.transcribe.domain.transcript import UNDETERMINED, Report, Segment, SpokenWord, Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    piece_seconds: float
    max_audio_seconds: float
    stop_grace_seconds: float


@dataclass(frozen=True, slots=True)
class FasterWhisper:
    """A Transcriber. Its phases are `model`, `audio` and `transcribe`."""

    models: ModelShelf
    limits: Limits
    use_vad: bool = True

    async def transcribe(self, source: Path, job: CaptionInput, report: Report) -> Transcript:
        """Raises PermanentError or PassingError, see `audio`, `hub` and `models`."""
        grace_seconds = self.limits.stop_grace_seconds
        return await in_thread(
            lambda caller: self._transcript(source, job, caller), report, grace_seconds=grace_seconds
        )

    def _transcript(self, source: Path, job: CaptionInput, caller: Caller) -> Transcript:
        audio.require_sound(source)
        with self.models.lent(job.model_size, caller) as model:
            return self._heard(source, model, job, caller)

    def _heard(self, source: Path, model: LoadedModel, job: CaptionInput, caller: Caller) -> Transcript:
        _require_language(model.whisper, job.language)
        samples = audio.decode(source, self.limits.max_audio_seconds, caller)
        listening = _Listening(model, job, self.use_vad, len(samples) / audio.RATE, caller)
        for offset, piece in audio.pieces(samples, self.limits.piece_seconds):
            listening.hear(offset, piece)
        return listening.transcript()


def _require_language(whisper: WhisperModel, language: str | None) -> None:
    known = whisper.supported_languages
    if language is not None and language not in known:
        message = f"language must be one that the model knows, not '{language}': {', '.join(known)}"
        raise PermanentError("unknown_language", message)


@dataclass(slots=True)
class _Listening:
    """One pass over the sound. The first piece in which somebody speaks settles the language."""

    model: LoadedModel
    job: CaptionInput
    use_vad: bool
    duration: float
    caller: Caller
    began_at: float = field(default_factory=time.monotonic)
    language: str | None = None
    probability: float = 0.0
    segments: list[Segment] = field(default_factory=list)

    def hear(self, offset: float, piece: audio.Sound) -> None:
        self._tell(offset)
        found, info = self.model.whisper.transcribe(
            piece,
            language=self.language or self.job.language,
            task=self.job.task,
            vad_filter=self.use_vad,
            word_timestamps=True,  # Without them a long segment could not be divided at the right moment.
        )
        segments = list(self._segments(found, offset))
        if segments and self.language is None:
            self.language, self.probability = info.language, float(info.language_probability)
        self.segments += segments

    def transcript(self) -> Transcript:
        return Transcript(
            segments=tuple(self.segments),
            language=self.language or self.job.language or UNDETERMINED,
            language_probability=self.probability,
            model=self.model.label,
        )

    def _segments(self, found: Iterator[WhisperSegment], offset: float) -> Iterator[Segment]:
        for segment in found:
            self._tell(offset + float(segment.end))
            words = tuple(_word(word, offset) for word in segment.words or ())
            if words:
                yield Segment(words=words)

    def _tell(self, done_seconds: float) -> None:
        speed = done_seconds / max(time.monotonic() - self.began_at, 1e-6)
        self.caller.tell(
            "transcribe",
            min(100.0, 100 * done_seconds / self.duration),
            speed=round(speed, 2) if done_seconds else None,
            eta_seconds=max(0.0, self.duration - done_seconds) / speed if done_seconds else None,
        )


def _word(word: WhisperWord, offset: float) -> SpokenWord:
    """Alignment now and then ends a word before it starts."""
    start = max(0.0, offset + float(word.start))
    return SpokenWord(
        text=word.word,
        start=round(start, 3),
        end=round(max(start, offset + float(word.end)), 3),
        probability=min(1.0, max(0.0, float(word.probability))),
    )
