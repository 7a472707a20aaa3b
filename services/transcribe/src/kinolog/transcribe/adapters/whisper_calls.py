"""The two ways in which faster-whisper listens: to one half minute after the other, or to several at a time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.transcribe import Segment as WhisperSegment
from faster_whisper.transcribe import TranscriptionInfo
from faster_whisper.transcribe import Word as WhisperWord

from kinolog.transcribe.adapters.cutting import RATE, Sound
from kinolog.transcribe.domain.second_thoughts import with_second_thoughts
from kinolog.transcribe.domain.transcript import Segment, SpokenWord

Asked = dict[str, Any]
Turn = Callable[[], AbstractContextManager[None]]
"""What is held while the model computes, which it does for one at a time anyway. Nothing that it was given can be taken
back, so whoever leaves while waiting for the turn leaves nothing to be computed.
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """`segments` come while the model listens, with times in seconds from the beginning of the sound."""

    segments: Iterator[Segment]
    info: TranscriptionInfo


def hear_in_turn(whisper: WhisperModel, sound: Sound, asked: Asked, turn: Turn) -> Heard:
    found, info = whisper.transcribe(sound, **asked)
    return Heard(_segments(_computed(found, turn)), info)


def hear_in_batches(whisper: WhisperModel, sound: Sound, asked: Asked, batch_size: int, turn: Turn) -> Heard:
    """Each stretch is tried once, at the first temperature; what looks wrong then is heard again, in turn."""

    def hear_again(start: float, end: float | None) -> Iterator[Segment]:
        between = sound[round(start * RATE) : None if end is None else round(end * RATE)]
        again = hear_in_turn(whisper, between, {**asked, "language": info.language}, turn)
        return (segment.moved(start) for segment in again.segments)

    # With time stamps of its own, the model tells sentences apart.
    found, info = BatchedInferencePipeline(whisper).transcribe(
        sound, **asked, batch_size=batch_size, without_timestamps=False
    )
    computed = _computed(found, turn)
    stretches = (tuple(_segments(stretch)) for _, stretch in groupby(computed, key=lambda segment: segment.seek))
    return Heard(with_second_thoughts(filter(None, stretches), hear_again), info)


def _computed(found: Iterable[WhisperSegment], turn: Turn) -> Iterator[WhisperSegment]:
    """The model computes while it is asked for what follows."""
    segments = iter(found)
    while True:
        with turn():
            segment = next(segments, None)
        if segment is None:
            return
        yield segment


def _segments(found: Iterable[WhisperSegment]) -> Iterator[Segment]:
    for segment in found:
        words = tuple(_word(word) for word in segment.words or ())
        if words:
            yield Segment(
                words=words,
                no_speech_probability=float(segment.no_speech_prob),
                average_log_probability=float(segment.avg_logprob),
                compression_ratio=float(segment.compression_ratio),
                temperature=float(segment.temperature or 0.0),
            )


def _word(word: WhisperWord) -> SpokenWord:
    """Alignment now and then ends a word before it starts."""
    start = max(0.0, float(word.start))
    return SpokenWord(
        text=word.word,
        start=start,
        end=max(start, float(word.end)),
        probability=min(1.0, max(0.0, float(word.probability))),
    )
