"""Cutting windows of time out of a video."""

from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from kinolog.common.fields import Request, Title
from kinolog.common.jobs.base import JobType, LeftOut, Output, StrictSeconds

SHORTEST_CLIP_SECONDS: Final = 0.04
MOST_RANGES: Final = 1_000

TrimMode = Literal["exact", "fast"]
TrimAction = Literal["keep", "remove"]
TrimResult = Literal["new", "replace", "segments"]


class TrimRange(Request):
    """From `start_time` up to and without `end_time`, in seconds of the video."""

    start_time: StrictSeconds
    end_time: StrictSeconds

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.end_time - self.start_time < SHORTEST_CLIP_SECONDS:
            raise ValueError(f"end_time must be at least {SHORTEST_CLIP_SECONDS} s after start_time")
        return self


class TrimInput(Request):
    """One window by `start_time` and `end_time`, or several by `ranges`, which are kept or removed.

    `exact` cuts to the frame; `fast` copies from key frame to key frame, around what was asked for. The result is a
    `new` video, the same one with another file (`replace`), or a video for each part that is left (`segments`).
    """

    ranges: Annotated[tuple[TrimRange, ...], Field(min_length=1, max_length=MOST_RANGES)] | None = None
    start_time: Annotated[StrictSeconds | None, Field(validate_default=True)] = None
    end_time: Annotated[StrictSeconds | None, Field(validate_default=True)] = None
    action: TrimAction = "keep"
    mode: TrimMode = "exact"
    result: TrimResult = "new"
    title: Title | None = None

    @property
    def windows(self) -> tuple[tuple[float, float], ...]:
        """What was named, whether it is to be kept or removed."""
        if self.ranges is not None:
            return tuple((each.start_time, each.end_time) for each in self.ranges)
        return ((self.start_time or 0.0, self.end_time or 0.0),)

    @field_validator("start_time", "end_time")
    @classmethod
    def _is_there_unless_ranges_are(cls, given: float | None, info: ValidationInfo) -> float | None:
        if info.data.get("ranges") is None and "ranges" in info.data and given is None:
            raise ValueError("must be given, or ranges in place of start_time and end_time")
        if info.data.get("ranges") is not None and given is not None:
            raise ValueError("must be left out where ranges are given")
        return given

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        start, end = self.windows[0]
        if end - start < SHORTEST_CLIP_SECONDS:
            raise ValueError(f"end_time must be at least {SHORTEST_CLIP_SECONDS} s after start_time")
        return self

    @model_validator(mode="after")
    def _has_ranges_in_order(self) -> Self:
        for number, (before, after) in enumerate(pairwise(self.windows), start=1):
            if after[0] < before[1]:
                raise ValueError(
                    f"ranges.{number}.start_time must not be before the end of the range that precedes it:"
                    " put ranges in the order of time, and join those that overlap"
                )
        return self

    @model_validator(mode="after")
    def _leaves_a_replaced_video_its_title(self) -> Self:
        if self.result == "replace" and self.title is not None:
            raise ValueError("title must be left out with the result replace: the video keeps the one it has")
        return self


class TrimClip(Output):
    """What a video was cut from: seconds of the source, as far as the clip really has them."""

    video_id: str
    start_time: float
    end_time: float
    frame_count: Annotated[int, Field(ge=0)]
    caption_ids: tuple[str, ...] = ()
    left_out: LeftOut = ()


class TrimOutput(TrimClip):
    """The first clip, and all of them in `clips`. `method` and `because` tell how it was cut: see `Rendering`."""

    method: str = "full"
    because: str = ""
    clips: tuple[TrimClip, ...] = ()


TRIM_JOBS: Final = (JobType("trim", "render", TrimInput, TrimOutput),)
