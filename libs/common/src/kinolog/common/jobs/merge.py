"""Joining videos into one, one after the other."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from kinolog.common.fields import Request, Title
from kinolog.common.ids import is_id
from kinolog.common.jobs.base import JobType, LeftOut, Output
from kinolog.common.jobs.transcode import FrameRate

MOST_VIDEOS: Final = 1_000


def _id_of_a_video(text: str) -> str:
    if not is_id(text, "vid"):
        raise ValueError("must be the id of a video, such as vid_…")
    return text


VideoId = Annotated[str, AfterValidator(_id_of_a_video)]
EvenSide = Annotated[int, Field(strict=True, ge=16, le=8192, multiple_of=2)]


class MergeInput(Request):
    """The intro, then the videos in their order, then the outro: at least two films, all of the job's project.

    The result has the size of the first of `video_ids`, or `width` × `height` pixels, with black beside a film of
    another shape, and the frame rate of the first, or `frame_rate`. One side alone keeps the shape of the first.
    """

    video_ids: Annotated[tuple[VideoId, ...], Field(min_length=1, max_length=MOST_VIDEOS)]
    intro_video_id: VideoId | None = None
    outro_video_id: VideoId | None = None
    width: EvenSide | None = None
    height: EvenSide | None = None
    frame_rate: FrameRate | None = None
    title: Title | None = None

    @property
    def named_videos(self) -> tuple[tuple[str, str], ...]:
        """Each video in the order of the film, after the field that names it."""
        intro = () if self.intro_video_id is None else (("intro_video_id", self.intro_video_id),)
        outro = () if self.outro_video_id is None else (("outro_video_id", self.outro_video_id),)
        middle = ((f"video_ids.{number}", video_id) for number, video_id in enumerate(self.video_ids))
        return (*intro, *middle, *outro)

    @model_validator(mode="after")
    def _joins_something(self) -> Self:
        if len(self.named_videos) < 2:
            raise ValueError("video_ids must name at least two videos, or one beside intro_video_id or outro_video_id")
        return self


class MergedPart(Output):
    """From when to when, in seconds, the result shows a video."""

    video_id: str
    start_time: float
    end_time: float


class MergeOutput(Output):
    """`method` and `because` tell how the videos were joined: see `Rendering`."""

    video_id: str
    method: str
    because: str
    width: int | None
    height: int | None
    frame_count: int
    parts: tuple[MergedPart, ...]
    caption_ids: tuple[str, ...] = ()
    left_out: LeftOut = ()


MERGE_JOBS: Final = (JobType("merge", "render", MergeInput, MergeOutput, needs_video=False, needs_project=True),)
