"""Cutting windows of time out of a video."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from kinolog.common.fields import Request, Seconds, Title
from kinolog.common.jobs.base import JobType, Output

SHORTEST_CLIP_SECONDS: Final = 0.04


class TrimInput(Request):
    start_time: Seconds
    end_time: Seconds
    title: Title | None = None

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.end_time - self.start_time < SHORTEST_CLIP_SECONDS:
            raise ValueError(f"end_time must be at least {SHORTEST_CLIP_SECONDS} s after start_time")
        return self


class TrimOutput(Output):
    video_id: str
    start_time: float
    end_time: float
    frame_count: Annotated[int, Field(ge=0)]


TRIM_JOBS: Final = (JobType("trim", "render", TrimInput, TrimOutput),)
