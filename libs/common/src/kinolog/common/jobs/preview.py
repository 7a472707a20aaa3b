"""A short moving picture that stands for a video, in lists and when pointed at."""

from typing import Annotated, Final, Literal

from pydantic import Field

from kinolog.common.fields import Request
from kinolog.common.jobs.base import JobType, Output, StrictSeconds

PreviewFormat = Literal["gif", "webp", "mp4"]


class PreviewInput(Request):
    """From `start_time` on for `duration` seconds, or to the video's end; `width` in pixels, and never enlarged."""

    format: PreviewFormat = "gif"
    start_time: StrictSeconds = 0.0
    duration: Annotated[float, Field(strict=True, ge=0.1, le=60)] = 3.0
    width: Annotated[int, Field(strict=True, ge=16, le=960)] = 320
    frame_rate: Annotated[float, Field(strict=True, ge=1, le=30)] = 10.0


class PreviewOutput(Output):
    """`sha256` names the blob, which `url` serves until a newer preview is made. `frame_count` is None for
    WebP, where frames that are equal become one.
    """

    video_id: str
    sha256: str
    media_type: str
    size_bytes: int
    width: int
    height: int
    start_time: float
    duration: float
    frame_count: int | None
    url: str


PREVIEW_JOBS: Final = (JobType("preview", "render", PreviewInput, PreviewOutput),)
