"""One run of an encoder as plain data: which files go in, what happens to them, what comes out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from kinolog.render.domain.words import NO_WORDS, Words

PictureCodec = Literal["h264", "hevc", "av1", "vp9"]
SoundCodec = Literal["aac", "opus", "copy"]

MP4_OPTIONS: Final = ("-movflags", "+faststart")
WEBM_OPTIONS: Final = ("-cues_to_front", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that goes in. `container` pins the demuxer; `options` of ffmpeg are for this input alone."""

    path: Path
    container: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """How the picture is to be encoded: with a constant `quality`, or `bitrate_kbps` if given.

    `quality` is on the scale of x264's rate factor, 0 (all) to 51 (least), for every codec; None leaves it and `preset`
    to the settings. `most_kbps` is what it may not exceed for longer than a moment, however good it is to be.
    `extra` are further options of the encoder; whoever gives any pins the encoder to the CPU's.
    """

    codec: PictureCodec = "h264"
    quality: float | None = None
    bitrate_kbps: int | None = None
    most_kbps: int | None = None
    preset: str | None = None
    pixel_format: str = "yuv420p"
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    codec: SoundCodec = "aac"
    kbps: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`arguments` are filters and maps, of our own making: what a user wrote never gets there.

    Without a `picture` or `sounds` the result has none; `is_picture_copied` leaves the picture as it is. `seconds` is
    how long the result is to be, and `skipped_seconds` how much of the sources is read before its first frame.
    `is_mostly_encoding` tells that few threads decode as fast as the CPU's encoder takes the frames. `words` are all
    that the result says of itself.
    """

    sources: tuple[Source, ...]
    arguments: tuple[str, ...]
    picture: Picture | None
    output: Path
    seconds: float
    sounds: tuple[Sound, ...] = ()
    skipped_seconds: float = 0.0
    is_picture_copied: bool = False
    is_mostly_encoding: bool = False
    muxer: str = "mp4"
    muxer_options: tuple[str, ...] = MP4_OPTIONS
    words: Words = NO_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """What was run: see `kinolog.common.events.rendering.Step`. `note` is what is to be known of how it went."""

    arguments: tuple[str, ...]
    encoder: str | None = None
    hardware: str | None = None
    note: str = ""
