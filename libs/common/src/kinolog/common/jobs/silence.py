"""Taking the silent parts out of a video, or only finding them."""

from typing import Annotated, Final

from pydantic import Field

from kinolog.common.fields import Request, Title
from kinolog.common.jobs.base import JobType, LeftOut, Output


class RemoveSilenceInput(Request):
    """Silence is sound that stays below `threshold_db` on every channel for `min_silence_seconds`; `margin_seconds` of
    it stay at both of its ends. The film is silent where it has no sound, too. Where less than 0.1 s would be left
    between two, that goes as well, and with any silence goes what comes before the first frame. With `only_detect` the
    silences are told, and nothing is cut.
    """

    threshold_db: Annotated[float, Field(strict=True, ge=-90, le=-5)] = -35.0
    min_silence_seconds: Annotated[float, Field(strict=True, ge=0.1, le=600)] = 0.5
    margin_seconds: Annotated[float, Field(strict=True, ge=0, le=10)] = 0.2
    only_detect: bool = False
    title: Title | None = None


class SilentPart(Output):
    """Seconds of the video."""

    start_time: float
    end_time: float


class RemoveSilenceOutput(Output):
    """`removed` is what is left out of the result, or would be. Where that is nothing, and with `only_detect`,
    `video_id` is the video itself.
    """

    video_id: str
    is_cut: bool
    because: str
    removed: tuple[SilentPart, ...]
    removed_seconds: float
    method: str | None = None
    caption_ids: tuple[str, ...] = ()
    left_out: LeftOut = ()


SILENCE_JOBS: Final = (JobType("remove_silence", "render", RemoveSilenceInput, RemoveSilenceOutput),)
