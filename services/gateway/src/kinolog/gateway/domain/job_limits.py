"""How much one job may ask for, so that what no worker would take is refused before it is a job."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from kinolog.common.aggregates import Video
from kinolog.common.errors import Refused
from kinolog.common.events.job import Submission
from kinolog.common.jobs import SHORTEST_CLIP_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLimits:
    trim_ranges: int
    split_clips: int
    preview_seconds: float
    merge_videos: int
    slideshow_pictures: int


@dataclass(frozen=True, slots=True)
class _Ask:
    """How much a field asks for, how much it may, and the setting that says so."""

    field: str
    asked: float
    most: float
    unit: str
    setting: str


def refuse_excess(asked: Submission, video: Video | None, limits: JobLimits) -> None:
    """Raises Refused for more than one job may ask for. What other jobs give is not known yet, so it is let in."""
    for ask in _asks(asked, video, limits):
        if ask.asked > ask.most:
            fix = f"ask for less, or raise {ask.setting} for the gateway and the render workers"
            message = f"this is {ask.asked:g} {ask.unit}, and a job takes at most {ask.most:g}: {fix}"
            raise Refused("validation", message, field=f"input_data.{ask.field}")


def _asks(asked: Submission, video: Video | None, limits: JobLimits) -> Iterator[_Ask]:
    given = asked.input_data
    match asked.type:
        case "trim":
            yield _Ask("ranges", _count(given, "ranges"), limits.trim_ranges, "ranges", "KINOLOG_TRIM_MAX_RANGES")
        case "split_fixed":
            for field, clips in _clips(given, video):
                yield _Ask(field, clips, limits.split_clips, "clips", "KINOLOG_SPLIT_MAX_CLIPS")
        case "preview":
            seconds = _number(given, "duration")
            yield _Ask("duration", seconds, limits.preview_seconds, "s", "KINOLOG_PREVIEW_MAX_SECONDS")
        case "merge":
            ends = sum(given.get(name) is not None for name in ("intro_video_id", "outro_video_id"))
            videos = _count(given, "video_ids") + ends
            yield _Ask("video_ids", videos, limits.merge_videos, "videos", "KINOLOG_MERGE_MAX_VIDEOS")
        case "slideshow":
            pictures, setting = _count(given, "pictures"), "KINOLOG_SLIDESHOW_MAX_PICTURES"
            yield _Ask("pictures", pictures, limits.slideshow_pictures, "pictures", setting)


def _clips(split: Mapping[str, Any], video: Video | None) -> Iterator[tuple[str, float]]:
    """How many clips each way to split comes to, as far as that can be told."""
    yield "count", _number(split, "count")
    yield "times", _count(split, "times") + 1
    if video is not None and (interval := _number(split, "interval")):
        yield "interval", ceil((video.duration - SHORTEST_CLIP_SECONDS) / interval)


def _count(given: Mapping[str, Any], field: str) -> int:
    value = given.get(field)
    return len(value) if isinstance(value, list | tuple) else 0


def _number(given: Mapping[str, Any], field: str) -> float:
    value = given.get(field)
    return value if isinstance(value, int | float) else 0
