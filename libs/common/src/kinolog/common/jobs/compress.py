"""Making a video's file smaller while it looks as good as asked for."""

from typing import Annotated, Final

from pydantic import Field

from kinolog.common.fields import Request, Title
from kinolog.common.jobs.base import JobType, LeftOut, Output
from kinolog.common.jobs.transcode import Profile, SoundKbps


class CompressInput(Request):
    """`target_quality` is the VMAF of the result against the video, 100 being no difference that can be seen; 93 is
    hard to tell from the original. It is aimed at by encoding samples of the film before the whole.
    """

    target_quality: Annotated[float, Field(strict=True, ge=40, le=99)] = 93.0
    profile: Profile = "h264"
    sound_kbps: SoundKbps = 128
    title: Title | None = None


class CompressOutput(Output):
    """Without anything smaller than the video, `is_smaller` is False, `because` says why, and `video_id` is the video
    itself, so that later jobs go on with the best there is.

    `quality` is the rate factor that was found. `predicted_quality` and `measured_quality` are the mean VMAF of the
    samples, of trial encodes and of the result; `lowest_quality` is that of the worst sample of the result. The latter
    two are None where there is no result. Half a point below the target still counts as reached.
    """

    video_id: str
    is_smaller: bool
    because: str
    source_size_bytes: int
    predicted_size_bytes: int
    size_bytes: int
    quality: float
    predicted_quality: float
    measured_quality: float | None = None
    lowest_quality: float | None = None
    is_target_reached: bool
    trial_count: int
    sample_seconds: float
    encoder: str | None = None
    left_out: LeftOut = ()


COMPRESS_JOBS: Final = (JobType("compress", "render", CompressInput, CompressOutput),)
