"""What happens to a caption."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from kinolog.common.events.base import BlobRef, Event


class CaptionFacts(BaseModel):
    """The cues are a blob (JSON, see `kinolog.common.subtitles`): a long film's would not fit an event."""

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
