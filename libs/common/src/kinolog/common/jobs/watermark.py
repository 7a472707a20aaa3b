"""Drawing a picture over a video."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from kinolog.common.fields import Request, Title
from kinolog.common.jobs.base import JobType, LeftOut, Output, StrictSeconds
from kinolog.common.jobs.picture import PictureRef

Position = Literal["top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"]


class WatermarkInput(Request):
    """`width_percent` is of the video's width; a picture that would be higher than the video is made to fit.

    `margin_percent` is of the video's shorter side. `opacity` is 1 for a picture as it is; what is transparent in it
    stays so. Without `start_time` it is there from the beginning, without `end_time` to the end.
    """

    picture: PictureRef
    position: Position = "bottom_right"
    width_percent: Annotated[float, Field(strict=True, ge=1, le=100)] = 15.0
    margin_percent: Annotated[float, Field(strict=True, ge=0, le=45)] = 3.0
    opacity: Annotated[float, Field(strict=True, gt=0, le=1)] = 1.0
    start_time: StrictSeconds | None = None
    end_time: StrictSeconds | None = None
    title: Title | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end_time is not None and self.end_time <= (self.start_time or 0.0):
            raise ValueError("end_time must be after start_time")
        return self


class WatermarkOutput(Output):
    """Where the picture is, in pixels of the video: its left upper corner and its size."""

    video_id: str
    x: int
    y: int
    width: int
    height: int
    encoder: str
    left_out: LeftOut = ()


WATERMARK_JOBS: Final = (JobType("watermark", "render", WatermarkInput, WatermarkOutput),)
