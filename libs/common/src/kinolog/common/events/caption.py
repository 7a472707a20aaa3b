"""What happens to a caption."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from kinolog.common.events.base import BlobRef, Event


class Dropped(BaseModel):
    """How many stretches of speech were heard and held to be invented, by the reason."""

    model_config = ConfigDict(frozen=True)

    repeated: int = 0
    too_fast: int = 0
    no_speech: int = 0
    overlapping: int = 0


class Transcription(BaseModel):
    """What heard a caption, and how. `report` is JSON: every stretch that was dropped, with its times and reason."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    model_name: str
    model_sha256: str
    device: str
    compute_type: str
    beam_size: int
    batch_size: int = 1
    vad: bool
    temperatures: tuple[float, ...]
    initial_prompt: str | None = None
    words: tuple[str, ...] = ()
    audio_seconds: float
    speech_seconds: float | None = None
    dropped: Dropped = Dropped()
    report: BlobRef | None = None


class CaptionFacts(BaseModel):
    """The cues are a blob (JSON, see `kinolog.common.subtitles`): a long film's would not fit an event.

    `source_caption_id` is the caption that this one is a translation of, by `model`.
    """

    video_id: str
    project_id: str
    filename: str
    language: str
    language_probability: float | None = None
    format: str = "srt"
    style: Annotated[dict[str, Any], Field(default_factory=dict)]
    cues: BlobRef
    cue_count: int
    word_level: bool = False
    model: str | None = None
    job_id: str | None = None
    source_caption_id: str | None = None
    transcription: Transcription | None = None


class CaptionCreated(CaptionFacts, Event, type="caption.created"):
    """A video got a caption."""


class CaptionEdited(Event, type="caption.edited"):
    """The cues were replaced by those of another blob. `operations` says how, each once.

    `reverted_to` is the caption's version whose cues these are, where an edit was taken back or done again.
    """

    cues: BlobRef
    cue_count: int
    operations: tuple[str, ...] = ()
    reverted_to: int | None = None


class CaptionStyled(Event, type="caption.styled"):
    style: dict[str, Any]


class CaptionDeleted(Event, type="caption.deleted"):
    reason: str | None = None


class CaptionRestored(Event, type="caption.restored"):
    pass


class CaptionPurged(Event, type="caption.purged"):
    pass
