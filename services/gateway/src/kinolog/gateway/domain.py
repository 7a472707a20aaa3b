"""What makes a job acceptable, as pure rules over what the job names: a video, a project, a caption."""

from dataclasses import dataclass
from typing import Any, Final

from kinolog.common.aggregates import Caption, Video
from kinolog.common.errors import Refused
from kinolog.common.events import Event
from kinolog.common.events.job import JobQueued, Submission
from kinolog.common.fields import Request
from kinolog.common.jobs import BurnInput, JobType, TrimInput

MOST_RETRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asked for: of a known type, with valid input."""

    type: JobType
    input: Request
    project_id: str | None
    video_id: str | None
    priority: int
    max_retries: int

    @property
    def needs_a_caption(self) -> bool:
        """Whether the caller leaves it to us which caption is burned."""
        return isinstance(self.input, BurnInput) and self.input.caption_id is None

    def input_data(self) -> dict[str, Any]:
        return self.input.model_dump(mode="json")


def refuse_unfit(wish: Wish, video: Video | None) -> None:
    """Raises Refused where the job could only fail."""
    if wish.type.is_internal:
        raise Refused("validation", f"{wish.type.name} jobs are made by POST /v1/videos/upload", field="type")
    if wish.type.needs_video and wish.video_id is None:
        raise Refused("validation", f"a {wish.type.name} job needs the video it works on", field="video_id")
    if video is not None and isinstance(wish.input, TrimInput) and wish.input.end_time > video.duration:
        message = f"the video ends at {video.duration:g} s"
        raise Refused("validation", message, field="input_data.end_time")


def refuse_foreign_caption(caption: Caption, video_id: str) -> None:
    if caption.video_id != video_id:
        message = f"the caption belongs to the video {caption.video_id}"
        raise Refused("validation", message, field="input_data.caption_id")


def submission(wish: Wish, *, video: Video | None, caption_id: str | None = None) -> Submission:
    """The job as it goes into the log, with nothing left open."""
    input_data = wish.input_data()
    if wish.needs_a_caption:
        input_data["caption_id"] = caption_id
    return Submission(
        type=wish.type.name,
        input_data=input_data,
        project_id=wish.project_id or (video.project_id if video else None),
        video_id=wish.video_id,
        queue=wish.type.queue,
        priority=wish.priority,
        max_retries=wish.max_retries,
    )


def is_same_wish(wish: Wish, event: Event) -> bool:
    """Whether a job's first event came from this very wish: what the wish leaves open does not count."""
    stored = event.submission if isinstance(event, JobQueued) else None
    if stored is None:
        return False
    asked, got = wish.input_data(), dict(stored.input_data)
    if wish.needs_a_caption:
        asked.pop("caption_id", None)
        got.pop("caption_id", None)
    return (
        (wish.type.name, asked, wish.video_id, wish.priority, wish.max_retries)
        == (stored.type, got, stored.video_id, stored.priority, stored.max_retries)
    ) and wish.project_id in (None, stored.project_id)
