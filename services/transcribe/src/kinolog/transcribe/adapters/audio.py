"""The sound of a media file as Whisper wants it: mono, 16 kHz, in step with the picture, and never all of it at once.

faster-whisper's own decoder joins frames without looking at their times. Where sound begins late or has holes, every
caption after that would come too early. It also holds the whole sound, some 700 MB of three hours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from kinolog.common.errors import PermanentError
from kinolog.common.media.formats import DECODERS, DEMUXERS, PROTOCOLS
from kinolog.transcribe.adapters.cutting import RATE, Samples, Sound, as_sound, cut, without_first
from kinolog.transcribe.adapters.tape import Tape, too_long
from kinolog.transcribe.adapters.thread import Caller

_MICROSECONDS: Final = 1_000_000

# Every video was verified when it was registered; that this was done well is no reason to trust it here.
_ALLOWED: Final = {
    "protocol_whitelist": ",".join(PROTOCOLS),
    "format_whitelist": ",".join(DEMUXERS),
    "codec_whitelist": ",".join(DECODERS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of sound, from `start` on, in seconds of the video."""

    start: float
    sound: Sound
    is_last: bool

    @property
    def end(self) -> float:
        return self.start + len(self.sound) / RATE


def declared_seconds(source: Path, max_seconds: float) -> float | None:
    """A quick look, before anything slow is done for the file: how long it says its sound is.

    Raises PermanentError as `pieces` does.
    """
    with _opened(source) as media:
        seconds = _declared(media)
    if seconds is not None and seconds > max_seconds:
        raise too_long(max_seconds)
    return seconds


def pieces(
    source: Path, longest_seconds: float, max_seconds: float, caller: Caller, *, begin: float = 0.0
) -> Iterator[Piece]:
    """All sound of the file's first audio stream after `begin`, cut where it is quiet into pieces of at most this
    length.

    Pieces that begin where one of all pieces ended are the same as without `begin`: what comes before is decoded, since
    seeking is not exact, and dropped. Raises PermanentError: `no_audio`, `audio_too_long`, or `audio_unreadable` for
    what is no media file at all; and Stopped.
    """
    with _opened(source) as media:
        tape = Tape(max_seconds)
        begin_at = round(begin * RATE)
        position = begin_at
        samples = without_first(_samples(media, tape, caller, begin_at), begin_at)
        for stretch, is_last in cut(samples, int(longest_seconds * RATE)):
            yield Piece(start=position / RATE, sound=as_sound(stretch), is_last=is_last)
            position += len(stretch)
        if not tape.length:
            raise _no_audio()


@contextmanager
def _opened(source: Path) -> Iterator[InputContainer]:
    try:
        with av.open(f"file:{source}", mode="r", metadata_errors="ignore", container_options=_ALLOWED) as media:
            if not media.streams.audio:
                raise _no_audio()
            yield media
    except (av.error.FFmpegError, ValueError) as error:
        raise PermanentError("audio_unreadable", "the video's sound cannot be decoded", detail=str(error)) from error


def _declared(media: InputContainer) -> float | None:
    """From the beginning of the file to the end of its sound, where that is said; else to the end of the file."""
    stream = media.streams.audio[0]
    if stream.duration is None or stream.time_base is None:
        return media.duration / _MICROSECONDS if media.duration else None
    begins = float((stream.start_time or 0) * stream.time_base) - _start_of(media)
    return max(0.0, begins + float(stream.duration * stream.time_base))


def _start_of(media: InputContainer) -> float:
    return (media.start_time or 0) / _MICROSECONDS


def _samples(media: InputContainer, tape: Tape, caller: Caller, begin_at: int) -> Iterator[Samples]:
    start = _start_of(media)
    for frame in _frames(media, media.streams.audio[0]):
        if tape.length < begin_at:
            caller.tell("audio", 100 * tape.length / begin_at)
        caller.check()
        yield from tape.lay_down(frame, None if frame.time is None else frame.time - start)
    yield from tape.rest()


def _frames(media: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Whatever can be decoded: a damaged packet costs its own moment only."""
    for packet in media.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _no_audio() -> PermanentError:
    return PermanentError("no_audio", "the video has no sound, so there is nothing to caption")
