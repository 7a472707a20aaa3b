"""What the child programs that analyze a film are told: plain values that travel as JSON."""

from dataclasses import dataclass
from typing import Any, Self

from kinolog.common.media.facts import Question
from kinolog.ingest.domain.storyboard import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesTask:
    """`layout` asks for a storyboard; the question asks for a poster where it names a path for one.

    A film of at most `exact_frames` is decoded in full, so that each tile shows its very moment; of others it shows the
    key frame before.
    """

    question: Question
    duration: float
    layout: Layout | None
    tile_width: int
    storyboard_path: str
    exact_frames: int

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Self:
        layout = fields["layout"]
        made = {"question": Question(**fields["question"]), "layout": None if layout is None else Layout(**layout)}
        return cls(**{**fields, **made})


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTask:
    """Below `threshold_db` for `shortest_silence_seconds` is silence; only the longest `max_listed_silences` are told.

    What is made is written into the three files.
    """

    question: Question
    duration: float
    samples_per_peak: int
    threshold_db: float
    shortest_silence_seconds: float
    max_listed_silences: int
    waveform_path: str
    picture_path: str
    silences_path: str
    ffmpeg: str

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Self:
        return cls(**{**fields, "question": Question(**fields["question"])})
