"""One job's pass over its sound, piece by piece."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kinolog.common.jobs import CaptionInput
from kinolog.transcribe.adapters.audio import Piece
from kinolog.transcribe.adapters.loading import LoadedModel
from kinolog.transcribe.adapters.onset import voice_begins
from kinolog.transcribe.adapters.thread import Caller
from kinolog.transcribe.adapters.whisper_calls import Heard, hear_in_batches, hear_in_turn
from kinolog.transcribe.domain.listening import Ear, asked_for, hearing_of
from kinolog.transcribe.domain.transcript import Hearing, ModelFacts, Part, Segment, Spoken


@dataclass(slots=True)
class Pace:
    """How far the work is, by the time of the sound: `seconds` of it in all, where the file says so."""

    seconds: float | None
    begun: float
    caller: Caller
    began_at: float = field(default_factory=time.monotonic)

    def tell(self, done: float) -> None:
        """Raises Stopped when the caller has left. What an earlier attempt did says nothing of the speed."""
        speed = (done - self.begun) / max(time.monotonic() - self.began_at, 1e-6)
        left = None if self.seconds is None else max(0.0, self.seconds - done)
        self.caller.tell(
            "transcribe",
            min(100.0, 100 * done / self.seconds) if self.seconds else None,
            speed=round(speed, 2) if speed else None,
            eta_seconds=left / speed if speed and left is not None else None,
        )


@dataclass(slots=True)
class Listening:
    """The language is settled by the first piece that leaves no doubt; until then each is heard in its own."""

    model: LoadedModel
    job: CaptionInput
    ear: Ear
    spoken: Spoken
    pace: Pace
    by: Hearing = field(init=False)

    def __post_init__(self) -> None:
        facts = ModelFacts(
            name=self.model.name,
            sha256=self.model.sha256,
            device=self.model.device,
            compute_type=self.model.compute_type,
        )
        self.by = hearing_of(self.job, self.ear, facts)

    def hear(self, piece: Piece) -> Part:
        """Raises Stopped."""
        self.pace.tell(piece.start)
        heard = self._heard(piece)
        segments = tuple(self._told(heard.segments, piece))
        if segments:
            found = Spoken(heard.info.language, float(heard.info.language_probability))
            self.spoken = self.spoken if self._is_settled() else self.spoken.or_surer(found)
        if piece.is_last:
            self.pace.seconds = piece.end  # Whatever the file said before.
        self.pace.tell(piece.end)
        return Part(
            start=piece.start,
            end=piece.end,
            segments=segments,
            spoken=self.spoken,
            speech_seconds=float(heard.info.duration_after_vad) if self.by.vad else None,
            by=self.by,
            is_last=piece.is_last,
        )

    def _heard(self, piece: Piece) -> Heard:
        language = self.job.language or (self.spoken.language if self._is_settled() else None)
        asked = asked_for(self.job, self.ear, vad=self.by.vad, language=language)
        if self.by.batch_size > 1:
            return hear_in_batches(self.model.whisper, piece.sound, asked, self.by.batch_size, self._turn)
        return hear_in_turn(self.model.whisper, piece.sound, asked, self._turn)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Raises Stopped when the caller has left, whether or not anything is heard for it to be told of."""
        self.pace.caller.check()
        with self.pace.caller.holding(self.model.turn):
            yield

    def _is_settled(self) -> bool:
        return self.spoken.probability >= self.ear.language_certainty

    def _told(self, segments: Iterator[Segment], piece: Piece) -> Iterator[Segment]:
        for segment in segments:
            begins = voice_begins(piece.sound, segment.start, segment.words[0].end)
            moved = segment.beginning_at(begins).moved(piece.start)
            self.pace.tell(moved.end)
            yield moved
