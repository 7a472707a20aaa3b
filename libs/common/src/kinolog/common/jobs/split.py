"""Cutting a whole video into clips: by the clock, or where its scenes change."""

from itertools import pairwise
from typing import Annotated, Any, Final, Self

from pydantic import Field, StrictBool, model_validator

from kinolog.common.detector import Detector
from kinolog.common.fields import Request, SizeBytes
from kinolog.common.jobs.base import JobType, Output, StrictSeconds
from kinolog.common.jobs.trim import SHORTEST_CLIP_SECONDS, TrimClip, TrimMode

MOST_CLIPS: Final = 1000
SMALLEST_CLIP_BYTES: Final = 100_000
DEFAULT_THRESHOLDS: Final[dict[Detector, float]] = {"adaptive": 3.0, "content": 27.0, "hash": 0.35, "threshold": 12.0}

_DEFAULT_INTERVAL_SECONDS: Final = 30.0
_WAYS: Final = ("interval", "count", "size_bytes", "times")


class SplitFixedInput(Request):
    """Exactly one of `interval` (seconds a clip lasts), `count` (clips of like length), `size_bytes` (of the largest
    clip) and `times` (the moments to cut at, in seconds); every 30 s where none is given.
    """

    interval: Annotated[StrictSeconds, Field(ge=SHORTEST_CLIP_SECONDS)] | None = None
    count: Annotated[int, Field(strict=True, ge=1, le=MOST_CLIPS)] | None = None
    size_bytes: Annotated[SizeBytes, Field(ge=SMALLEST_CLIP_BYTES)] | None = None
    times: Annotated[tuple[StrictSeconds, ...], Field(min_length=1, max_length=MOST_CLIPS - 1)] | None = None
    mode: TrimMode = "exact"

    @model_validator(mode="before")
    @classmethod
    def _has_one_way(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        ways = [way for way in _WAYS if given.get(way) is not None]
        if len(ways) > 1:
            raise ValueError(f"give only one of {', '.join(_WAYS)}: this has {' and '.join(ways)}")
        return given if ways else {**given, "interval": _DEFAULT_INTERVAL_SECONDS}

    @model_validator(mode="after")
    def _has_times_in_order(self) -> Self:
        if any(later - earlier < SHORTEST_CLIP_SECONDS for earlier, later in pairwise((0.0, *(self.times or ())))):
            raise ValueError(
                f"times must rise, be at least {SHORTEST_CLIP_SECONDS} s apart, and begin that far from the start"
            )
        return self


class SplitScenesInput(Request):
    """`threshold` is the detector's own measure, and its usual one where none is given: 3.0 for `adaptive`.

    `only_scenes` stores where the scenes are, and makes no clips.
    """

    min_scene_len: Annotated[float, Field(strict=True, ge=0, le=86_400)] = 2.0
    detector: Detector = "adaptive"
    threshold: Annotated[float, Field(strict=True, gt=0, le=255)] | None = None
    only_scenes: StrictBool = False
    mode: TrimMode = "exact"

    @model_validator(mode="after")
    def _has_a_share_of_bits(self) -> Self:
        if self.detector == "hash" and (self.threshold or 0) > 1:
            raise ValueError("threshold must be at most 1 for the detector hash: it is the share of bits that differ")
        return self


class SplitFixedOutput(Output):
    clips: tuple[TrimClip, ...]


class SplitScenesOutput(Output):
    """No `clips` where only the scenes were asked for."""

    detector: Detector
    threshold: float
    scene_count: int
    clips: tuple[TrimClip, ...] = ()


SPLIT_JOBS: Final = (
    JobType("split_fixed", "render", SplitFixedInput, SplitFixedOutput),
    JobType("split_scenes", "render", SplitScenesInput, SplitScenesOutput),
)
