"""What the header of a file tells of each of its streams, those that Kinolog passes over among them."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Final

from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from kinolog.common.media.colour import colour_of_header
from kinolog.common.media.decode import is_heard
from kinolog.common.media.facts import Colour, SoundLabel, SoundTrack, SubtitleTrack
from kinolog.common.media.opened import Opened, is_decodable
from kinolog.common.media.tags import plain

_UNKNOWN_LANGUAGE: Final = "und"
_COVERS: Final = Disposition.attached_pic | Disposition.timed_thumbnails


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStream:
    """Pixels as stored. Rates are frames a second: the average, and the one that all moments are multiples of."""

    width: int
    height: int
    pixel_aspect: str
    average_rate: float | None
    nominal_rate: float | None
    colour: Colour | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundStream:
    sample_rate: int
    channels: int
    layout: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFacts:
    """`kind` is `video`, `audio`, `subtitle`, `data`, `attachment` or `unknown`. `start` is the moment in seconds at
    which it begins on the film's clock, `bit_rate` is bits a second as the header has it. `is_cover` is a picture that
    stands for the film, and no film.
    """

    index: int
    kind: str
    codec: str | None
    profile: str | None
    language: str | None
    title: str | None
    start: float | None
    bit_rate: int | None
    is_default: bool
    is_forced: bool
    is_cover: bool
    picture: PictureStream | None = None
    sound: SoundStream | None = None


def streams_of(media: Opened, most: int) -> tuple[StreamFacts, ...]:
    """The first of them, in the order of the file."""
    return tuple(_facts(stream, media.start) for stream in islice(media.file.streams, most))


def sounds_of(media: Opened, most: int) -> tuple[tuple[SoundTrack, ...], tuple[SoundTrack, ...]]:
    """Tracks of sound in the order of the file: so many at most that can be heard, and all others."""
    streams = media.file.streams.audio
    # The first one was examined more closely.
    able = (each.index for each in streams if is_decodable(each) and (each is media.sound or is_heard(media, each)))
    heard = tuple(islice(able, most))
    tracks = [_track(stream, number) for number, stream in enumerate(streams, start=1)]
    return (
        tuple(track for track in tracks if track.stream in heard),
        tuple(track for track in tracks if track.stream not in heard),
    )


def subtitles_of(media: Opened, most: int) -> tuple[SubtitleTrack, ...]:
    """The first of them, in the order of the file."""
    streams = islice(media.file.streams.subtitles, most)
    return tuple(SubtitleTrack(number=number, language=_language(each)) for number, each in enumerate(streams, start=1))


def _track(stream: AudioStream, number: int) -> SoundTrack:
    codec: CodecContext | None = stream.codec_context
    is_default = bool(stream.disposition & Disposition.default)
    label = SoundLabel(language=_language(stream), title=_title(stream), is_default=is_default)
    name = codec.codec.canonical_name if codec else None
    return SoundTrack(stream=stream.index, number=number, codec=name, label=label)


def _facts(stream: Stream, zero: float) -> StreamFacts:
    codec: CodecContext | None = stream.codec_context  # which data and fonts are without
    return StreamFacts(
        index=stream.index,
        kind=stream.type,
        codec=codec.codec.canonical_name if codec else None,
        profile=stream.profile if codec else None,
        language=_language(stream),
        title=_title(stream),
        start=_start(stream, zero),
        bit_rate=(codec.bit_rate if codec else None) or None,
        is_default=bool(stream.disposition & Disposition.default),
        is_forced=bool(stream.disposition & Disposition.forced),
        is_cover=bool(stream.disposition & _COVERS),
        picture=_picture(stream) if isinstance(stream, VideoStream) and codec else None,
        sound=_sound(stream) if isinstance(stream, AudioStream) and codec else None,
    )


def _title(stream: Stream) -> str | None:
    return plain(stream.metadata.get("title") or stream.metadata.get("name", "")) or None


def _language(stream: Stream) -> str | None:
    language = plain(stream.metadata.get("language", ""))
    return None if language in ("", _UNKNOWN_LANGUAGE) else language


def _start(stream: Stream, zero: float) -> float | None:
    if stream.start_time is None:
        return None
    return round(float(stream.start_time * (stream.time_base or 0)) - zero, 6)


def _picture(stream: VideoStream) -> PictureStream:
    aspect = stream.sample_aspect_ratio or Fraction(1)
    return PictureStream(
        width=stream.width,
        height=stream.height,
        pixel_aspect=f"{aspect.numerator}:{aspect.denominator}",
        average_rate=_rate(stream.average_rate),
        nominal_rate=_rate(stream.base_rate),
        colour=colour_of_header(stream.codec_context),
    )


def _sound(stream: AudioStream) -> SoundStream:
    codec = stream.codec_context
    return SoundStream(sample_rate=codec.sample_rate, channels=codec.channels, layout=codec.layout.name)


def _rate(rate: Fraction | None) -> float | None:
    return round(float(rate), 6) if rate else None
