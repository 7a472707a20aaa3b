"""How ffmpeg is to work: what it makes, and what it may take."""

from dataclasses import dataclass

from kinolog.common.child import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeOptions:
    """`crf` is x264's rate factor, lower is better; 0 `threads` leaves the number to x264. `decode_threads` are for
    sources that are decoded for an encoder with far more to do, 0 for as many as FFmpeg likes.
    """

    preset: str
    crf: int
    audio_kbps: int
    threads: int
    max_pixels: int
    decode_threads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeBounds:
    """`slowest_seek_speed` is how many seconds of film a second must skip at least on the way to a cut."""

    limits: Limits
    timeout_seconds: float
    stall_seconds: float
    slowest_seek_speed: float
