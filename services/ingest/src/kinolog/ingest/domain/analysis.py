"""What is found out about a stored film by decoding it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.jobs import AnalysisPart
from kinolog.ingest.domain.storyboard import Layout

PICTURES: Final = frozenset({AnalysisPart.POSTER, AnalysisPart.STORYBOARD})
SOUNDS: Final = frozenset({AnalysisPart.WAVEFORM, AnalysisPart.SOUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A file that was found to be a video: its container pins the demuxer, and so many seconds of it can be read."""

    file: Path
    container: str
    duration: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterMade:
    """Pixels as shown; `at` is the moment of the frame in seconds."""

    file: Path
    width: int
    height: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryboardMade:
    file: Path
    layout: Layout
    tile_width: int
    tile_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Both as JPEG, as far as they were asked for and can be had."""

    poster: PosterMade | None
    storyboard: StoryboardMade | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Files for the waveform, its picture and the silences; the figures are as in `SoundFacts` and `Waveform`."""

    waveform: Path
    picture: Path
    silences: Path
    peaks_per_second: float
    peak_count: int
    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None
    silence_count: int
    silent_seconds: float


def possible_parts(video: Video) -> frozenset[AnalysisPart]:
    """What a film has: those without sound have no waveform, sound alone has no pictures."""
    pictures = PICTURES if video.video_codec is not None else frozenset()
    return pictures | (SOUNDS if video.audio_codec is not None else frozenset())
