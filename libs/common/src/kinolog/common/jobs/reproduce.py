"""Making a video again, the way it was made, to see that the same comes out."""

from typing import Annotated, Final, Literal

from pydantic import Field

from kinolog.common.events.rendering import FontUsed
from kinolog.common.fields import Request
from kinolog.common.jobs.base import JobType, Output


class ReproduceInput(Request):
    """Nothing is to be chosen: what was asked for when the video was made is in the log."""


class FrameDifference(Output):
    """The first frame that is not the same: its number from 0, and its moment in either film, where that has it.

    `track_number` counts the tracks of its kind from 1.
    """

    track: Literal["picture", "sound"]
    track_number: Annotated[int, Field(ge=1)] = 1
    frame: Annotated[int, Field(ge=0)]
    seconds_then: float | None
    seconds_now: float | None


class ReproduceOutput(Output):
    """Every decoded frame of the picture and of all tracks of sound was compared; a block of samples counts as a frame.

    `then` is when the video was made. `explanation` tells, in a line, what may have led to a difference.
    """

    video_id: str
    job_id: str
    is_identical: bool
    is_file_identical: bool
    explanation: str
    difference: FrameDifference | None = None
    picture_frames: int
    sound_frames: int
    programs_then: dict[str, str]
    programs_now: dict[str, str]
    fonts_then: tuple[FontUsed, ...] = ()
    fonts_now: tuple[FontUsed, ...] = ()
    hardware_then: tuple[str, ...] = ()


REPRODUCE_JOBS: Final = (JobType("reproduce", "render", ReproduceInput, ReproduceOutput),)
