"""Making a video of pictures, with the sound of another."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from kinolog.common.fields import Request, Title
from kinolog.common.jobs.base import JobType, LeftOut, Output
from kinolog.common.jobs.merge import EvenSide, VideoId
from kinolog.common.jobs.picture import PictureRef

MOST_PICTURES: Final = 1_000

SlideRate = Annotated[int, Field(strict=True, ge=1, le=60)]


class SlideshowInput(Request):
    """Each picture comes `seconds_per_picture` after the one before it, which fades into it for `fade_seconds`.

    Pictures are shown whole, with black beside those of another shape. The sound is that of the video
    `audio_video_id`: begun again where it is shorter than the pictures, cut and faded out where it is longer.
    """

    pictures: Annotated[tuple[PictureRef, ...], Field(min_length=1, max_length=MOST_PICTURES)]
    seconds_per_picture: Annotated[float, Field(strict=True, ge=0.2, le=600)] = 4.0
    fade_seconds: Annotated[float, Field(strict=True, ge=0, le=10)] = 0.5
    width: EvenSide = 1920
    height: EvenSide = 1080
    frame_rate: SlideRate = 25
    audio_video_id: VideoId | None = None
    title: Title | None = None

    @model_validator(mode="after")
    def _fades_before_the_next_comes(self) -> Self:
        if self.fade_seconds > self.seconds_per_picture:
            raise ValueError("fade_seconds must not be longer than seconds_per_picture")
        return self


class SlideshowOutput(Output):
    video_id: str
    duration: float
    frame_count: int
    encoder: str
    left_out: LeftOut = ()


SLIDESHOW_JOBS: Final = (
    JobType("slideshow", "render", SlideshowInput, SlideshowOutput, needs_video=False, needs_project=True),
)
