"""The sound of a media file as Whisper wants it: mono, 16 kHz, in step with the picture.

faster-whisper's own decoder joins frames without looking at their times. Where sound begins late or has holes, every
caption after that would come too early.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from kinolog.common.errors import PermanentError
from kinolog.common.media.formats import DECODERS, DEMUXERS, PROTOCOLS
from kinolog.transcribe.adapters.thread import Caller

RATE: Final = 16_000

Samples = NDArray[np.int16]
Sound = NDArray[np.float32]

_SMALLEST_GAP_SECONDS: Final = 0.1
_QUIET_WINDOW: Final = RATE // 4
_MICROSECONDS: Final = 1_000_000

# Every video was verified when it was registered; that this was done well is no reason to trust it here.
_ALLOWED: Final = {
    "protocol_whitelist": ",".join(PROTOCOLS),
    "format_whitelist": ",".join(DEMUXERS),
    "codec_whitelist": ",".join(DECODERS),
}


def require_sound(source: Path) -> None:
    """A quick look, before anything slow is done for the file. Raises PermanentError as `decode` does."""
    with _opened(source):
        pass


def decode(source: Path, max_seconds: float, caller: Caller) -> Samples:
    """All sound of the file's first audio stream.

    Raises PermanentError: `no_audio`, `audio_too_long`, or `audio_unreadable` for what is no media file at all.
    """
    with _opened(source) as media:
        samples = _read(media, max_seconds, caller)
    if not samples.size:
        raise _no_audio()
    return samples


def pieces(samples: Samples, longest_seconds: float) -> Iterator[tuple[float, Sound]]:
    """Parts of at most this length, cut where it is quiet, each with its place in seconds."""
    start = 0
    while start < len(samples):
        end = _quiet_end(samples, start, max(_QUIET_WINDOW, int(longest_seconds * RATE)))
        yield start / RATE, samples[start:end].astype(np.float32) / np.float32(32_768)
        start = end


@dataclass(slots=True)
class _Tape:
    """Samples in order, with silence where the source has none."""

    max_seconds: float
    chunks: list[Samples] = field(default_factory=list)
    length: int = 0

    @property
    def seconds(self) -> float:
        return self.length / RATE

    def skip_to(self, seconds: float) -> None:
        """Fill up with silence, unless the gap is too small to matter or lies in the past."""
        if seconds - self.seconds >= _SMALLEST_GAP_SECONDS:
            self._refuse_beyond_limit(seconds)
            self.add(np.zeros(round(seconds * RATE) - self.length, dtype=np.int16))

    def add(self, samples: Samples) -> None:
        self.chunks.append(samples)
        self.length += len(samples)
        self._refuse_beyond_limit(self.seconds)

    def _refuse_beyond_limit(self, seconds: float) -> None:
        if seconds > self.max_seconds:
            raise PermanentError("audio_too_long", f"the video's sound is longer than {self.max_seconds:g} s")


@contextmanager
def _opened(source: Path) -> Iterator[InputContainer]:
    try:
        with av.open(f"file:{source}", mode="r", metadata_errors="ignore", container_options=_ALLOWED) as media:
            if not media.streams.audio:
                raise _no_audio()
            yield media
    except (av.error.FFmpegError, ValueError) as error:
        raise PermanentError("audio_unreadable", "the video's sound cannot be decoded", detail=str(error)) from error


def _read(media: InputContainer, max_seconds: float, caller: Caller) -> Samples:
    tape = _Tape(max_seconds)
    duration = (media.duration or 0) / _MICROSECONDS
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    for frame in _frames(media, media.streams.audio[0]):
        caller.tell("audio", min(100.0, 100 * tape.seconds / duration) if duration else None)
        _lay_down(tape, frame, resampler, (media.start_time or 0) / _MICROSECONDS)
    _lay_down_rest(tape, resampler)
    return np.concatenate(tape.chunks) if tape.chunks else np.zeros(0, dtype=np.int16)


def _frames(media: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Whatever can be decoded: a damaged packet costs its own moment only."""
    for packet in media.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _lay_down(tape: _Tape, frame: AudioFrame, resampler: AudioResampler, starts_at: float) -> None:
    if frame.time is not None:
        tape.skip_to(frame.time - starts_at)
    frame.pts = None  # The tape keeps the time; the resampler would object to jumps.
    for resampled in resampler.resample(frame):
        tape.add(resampled.to_ndarray()[0])


def _lay_down_rest(tape: _Tape, resampler: AudioResampler) -> None:
    if tape.length:
        for resampled in resampler.resample(None):
            tape.add(resampled.to_ndarray()[0])


def _quiet_end(samples: Samples, start: int, longest: int) -> int:
    """The middle of the quietest quarter of a second in the last fifth of the part, or the end of it all."""
    if len(samples) - start <= longest:
        return len(samples)
    windows = max(1, longest // 5 // _QUIET_WINDOW)
    earliest = start + longest - windows * _QUIET_WINDOW
    tail = samples[earliest : start + longest].astype(np.int32).reshape(windows, _QUIET_WINDOW)
    return earliest + int(np.abs(tail).sum(axis=1).argmin()) * _QUIET_WINDOW + _QUIET_WINDOW // 2


def _no_audio() -> PermanentError:
    return PermanentError("no_audio", "the video has no sound, so there is nothing to caption")
