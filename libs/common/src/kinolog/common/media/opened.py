"""Opening a file safely, and choosing the one picture and the one sound that count."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from kinolog.common.media.facts import MediaRefused, Question
from kinolog.common.media.formats import DECODERS, DEMUXERS, PROTOCOLS, short_name

AnyPacket: TypeAlias = "Packet[Stream]"

_MICROSECONDS: Final = 1_000_000
_MP4_MARK: Final = b"ftyp"
# Here a search for the very first moment ends behind the first key frame.
_WITHOUT_INDEX: Final = frozenset({"mpegts", "mpeg"})
_SOONER_SECONDS: Final = 1.0
# Anamorphic lenses and old television stretch pixels to twice their width, not more.
_MOST_STRETCHED: Final = Fraction(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open file; `start` is the moment of its clock, in seconds, that players show as zero."""

    file: InputContainer
    picture: VideoStream | None
    sound: AudioStream | None
    size_bytes: int

    @property
    def container(self) -> str:
        return short_name(self.file.format.name)

    @property
    def start(self) -> float:
        return (self.file.start_time or 0) / _MICROSECONDS

    @property
    def streams(self) -> list[VideoStream | AudioStream]:
        return [stream for stream in (self.picture, self.sound) if stream is not None]

    @property
    def video_codec(self) -> str | None:
        return _codec_name(self.picture)

    @property
    def audio_codec(self) -> str | None:
        return _codec_name(self.sound)

    @property
    def frame_rate(self) -> float | None:
        rate = self.picture and (self.picture.average_rate or self.picture.guessed_rate)
        return float(rate) if rate else None

    def shown_size(self, rotation: int) -> tuple[int | None, int | None]:
        """Width and height after turning, with pixels made square."""
        if self.picture is None:
            return None, None
        width = round(self.picture.width * _pixel_aspect(self.picture))
        size = (width, self.picture.height)
        return size if rotation % 180 == 0 else size[::-1]

    def seek(self, at: float) -> None:
        """Go to the last key frame at or before a moment in seconds. Raises MediaRefused."""
        sooner = _SOONER_SECONDS if self.container in _WITHOUT_INDEX else 0.0
        try:
            self.file.seek(round((self.start + at - sooner) * _MICROSECONDS), backward=True)
        except av.FFmpegError as error:
            raise MediaRefused(
                "media_corrupt", f"The file cannot be read at {at:.1f} s: upload an undamaged one."
            ) from error


@contextmanager
def opened(question: Question) -> Iterator[Opened]:
    """Raises MediaRefused for an empty file, an unknown container, no streams, too many, too large a picture."""
    size_bytes = Path(question.path).stat().st_size
    if size_bytes == 0:
        raise MediaRefused("media_corrupt", "The file is empty: upload it again.")
    with _open(question) as file:
        _refuse_crowd(file, question)
        picture, sounds = _first_picture(file), [stream for stream in file.streams.audio if is_decodable(stream)]
        sound = next(iter(sounds), None)
        if picture is None and sound is None:
            raise MediaRefused("media_unsupported", "The file has neither a picture nor sound that Kinolog can read.")
        _prepare(picture, question)
        for each in sounds:
            _prepare(each, question)
        yield Opened(file=file, picture=picture, sound=sound, size_bytes=size_bytes)


def _open(question: Question) -> InputContainer:
    options = {
        "protocol_whitelist": ",".join(PROTOCOLS),
        "format_whitelist": ",".join(DEMUXERS),
        "codec_whitelist": ",".join(DECODERS),
    }
    try:
        return av.open(
            f"file:{question.path}",
            format=question.container,
            container_options=options,
            # A title in an old character set is no reason to refuse a film.
            metadata_errors="replace",
        )
    except (av.FFmpegError, ValueError) as error:
        raise _unreadable(Path(question.path)) from error


def _unreadable(path: Path) -> MediaRefused:
    with path.open("rb") as file:
        is_mp4 = file.read(12)[4:8] == _MP4_MARK
    if is_mp4:
        return MediaRefused(
            "media_corrupt", "The MP4 file has no readable index, so it is incomplete: upload it again."
        )
    return MediaRefused(
        "media_unsupported",
        "The file is not a video or audio file Kinolog can read: use MP4, MOV, MKV, WebM, MP3 or another common one.",
    )


def _refuse_crowd(file: InputContainer, question: Question) -> None:
    """Subtitles and attached fonts are no burden: they are never read."""
    count = len(file.streams.video) + len(file.streams.audio)
    if count > question.max_streams:
        message = f"The file has {count} pictures and sounds; at most {question.max_streams} are allowed."
        raise MediaRefused("media_limits", message)


def _first_picture(file: InputContainer) -> VideoStream | None:
    """Cover art is stored as a video stream of one frame, and is not one."""
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    films = (stream for stream in file.streams.video if not stream.disposition & covers)
    return next((stream for stream in films if is_decodable(stream)), None)


def is_decodable(stream: Stream) -> bool:
    """Whether what is in it can be read here at all."""
    return stream.codec_context is not None and stream.codec_context.codec.name in DECODERS


def _prepare(stream: VideoStream | AudioStream | None, question: Question) -> None:
    """Bound what a decoder may take: threads multiply memory, and a picture may grow after its header."""
    if stream is None:
        return
    context = stream.codec_context
    context.thread_count = 1
    context.options = {"max_pixels": str(question.max_pixels), "codec_whitelist": ",".join(DECODERS)}
    if isinstance(stream, VideoStream) and stream.width * stream.height > question.max_pixels:
        message = f"The picture has {stream.width}×{stream.height} pixels; at most {question.max_pixels} are allowed."
        raise MediaRefused("media_limits", message)


def _pixel_aspect(picture: VideoStream) -> Fraction:
    """Pixels that are stretched beyond all measure would make a film of endless width: they are taken for square."""
    aspect = picture.sample_aspect_ratio or Fraction(1)
    return aspect if 1 / _MOST_STRETCHED <= aspect <= _MOST_STRETCHED else Fraction(1)


def _codec_name(stream: VideoStream | AudioStream | None) -> str | None:
    return None if stream is None else stream.codec_context.codec.canonical_name
