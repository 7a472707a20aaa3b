"""Sound with its holes filled, so that it is in step with the picture."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from kinolog.common.errors import PermanentError
from kinolog.transcribe.adapters.cutting import RATE, Samples

_SMALLEST_GAP_SECONDS: Final = 0.1
_BLOCK_SECONDS: Final = 5.0
# Silence is laid down in blocks, so that a long gap takes no memory.
_SILENCE: Final[Samples] = np.zeros(10 * RATE, dtype=np.int16)


@dataclass(slots=True)
class Tape:
    """The sound so far, with silence where the source has none. It keeps none of it but what it has not told yet.

    Frames wait for some more to come, since resampling them one by one takes thrice as long.
    """

    max_seconds: float
    length: int = 0
    _waiting: AudioFifo = field(default_factory=AudioFifo)
    _waiting_seconds: float = 0.0
    _resampler: AudioResampler = field(default_factory=lambda: AudioResampler(format="s16", layout="mono", rate=RATE))

    def lay_down(self, frame: AudioFrame, starts_at: float | None) -> Iterator[Samples]:
        """`starts_at` is the frame's time, None where it simply follows the one before."""
        if starts_at is not None and starts_at - self._seconds() >= _SMALLEST_GAP_SECONDS:
            yield from self._told()
            yield from self._silence_until(starts_at)
        frame.pts = None  # The tape keeps the time; the resampler would object to jumps.
        self._waiting.write(frame)
        self._waiting_seconds += frame.samples / frame.sample_rate
        if self._waiting_seconds >= _BLOCK_SECONDS:
            yield from self._told()

    def rest(self) -> Iterator[Samples]:
        """What still waits, and what the resampler holds back."""
        yield from self._told()
        if self.length:
            yield from self._resampled(None)

    def _seconds(self) -> float:
        return self.length / RATE + self._waiting_seconds

    def _told(self) -> Iterator[Samples]:
        frame = self._waiting.read()
        self._waiting_seconds = 0.0
        if frame is not None:
            frame.pts = None
            yield from self._resampled(frame)

    def _resampled(self, frame: AudioFrame | None) -> Iterator[Samples]:
        for resampled in self._resampler.resample(frame):
            yield self._added(resampled.to_ndarray()[0])

    def _silence_until(self, seconds: float) -> Iterator[Samples]:
        self._refuse_beyond_limit(seconds)
        end = round(seconds * RATE)
        while self.length < end:
            yield self._added(_SILENCE[: end - self.length])

    def _added(self, samples: Samples) -> Samples:
        self.length += len(samples)
        self._refuse_beyond_limit(self.length / RATE)
        return samples

    def _refuse_beyond_limit(self, seconds: float) -> None:
        if seconds > self.max_seconds:
            raise too_long(self.max_seconds)


def too_long(max_seconds: float) -> PermanentError:
    message = f"the video's sound is longer than {max_seconds:g} s, which KINOLOG_TRANSCRIBE_MAX_AUDIO_SECONDS allows"
    return PermanentError("audio_too_long", message)
