"""Speech to text with faster-whisper."""

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.adapters import audio
from kinolog.transcribe.adapters.listening import Listening, Pace
from kinolog.transcribe.adapters.loading import LoadedModel
from kinolog.transcribe.adapters.models import ModelShelf
from kinolog.transcribe.adapters.thread import Caller, steps_in_thread
from kinolog.transcribe.domain.listening import Ear, refuse_impossible
from kinolog.transcribe.domain.transcript import FROM_THE_BEGINNING, Begun, Part, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    piece_seconds: float
    max_audio_seconds: float
    stop_grace_seconds: float


@dataclass(frozen=True, slots=True)
class FasterWhisper:
    """A Transcriber. Its phases are `model` and `transcribe`, and `audio` between them, while the place is looked for
    where an earlier attempt ended.
    """

    models: ModelShelf
    limits: Limits
    ear: Ear

    async def hear(
        self, source: Path, job: CaptionInput, report: Report, begun: Begun = FROM_THE_BEGINNING
    ) -> AsyncGenerator[Part, None]:
        """Raises PermanentError or PassingError, see `audio`, `hub` and `models`."""
        grace_seconds = self.limits.stop_grace_seconds
        steps = steps_in_thread(
            lambda caller: self._parts(source, job, begun, caller), report, grace_seconds=grace_seconds
        )
        async with aclosing(steps) as parts:
            async for part in parts:
                yield part

    def _parts(self, source: Path, job: CaptionInput, begun: Begun, caller: Caller) -> Generator[Part, None, None]:
        refuse_impossible(job)
        seconds = audio.declared_seconds(source, self.limits.max_audio_seconds)
        with self.models.lent(job.model_size, caller) as model:
            _require_language(model, job.language)
            listening = Listening(model, job, self.ear, begun.spoken, Pace(seconds, begun.seconds, caller))
            limits = (self.limits.piece_seconds, self.limits.max_audio_seconds)
            for piece in audio.pieces(source, *limits, caller, begin=begun.seconds):
                yield listening.hear(piece)


def _require_language(model: LoadedModel, language: str | None) -> None:
    known = model.whisper.supported_languages
    if language is not None and language not in known:
        message = f"language must be one that the model knows, not '{language}': {', '.join(known)}"
        raise PermanentError("unknown_language", message)
