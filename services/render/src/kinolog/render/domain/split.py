"""Splitting a film: the windows of time that tile it from end to end, and what the clips are called."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import SHORTEST_CLIP_SECONDS, SplitFixedInput
from kinolog.common.media.facts import WholeGroups
from kinolog.common.media.identity import Identity
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import Muxer
from kinolog.render.domain.trim import Seconds

# A film's bytes are never spread evenly, and each clip has an index of its own.
_SIZE_MARGIN: Final = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipLimit:
    """All clips of a job appear in one commit, which holds so many events and no more."""

    most_clips: int
    most_events: int = 990

    def refuse_more(self, clips: int, captions: int, field: str) -> None:
        """Each clip is an event, so is its poster, and each of the captions that it inherits. Raises PermanentError."""
        allowed = min(self.most_clips, self.most_events // (2 + captions))
        if clips > allowed:
            message = f"{field}: this makes {clips} clips, and a job makes at most {allowed}: ask for longer ones."
            raise PermanentError("too_many_clips", message)


def windows_of(job: SplitFixedInput, video: Video) -> tuple[Seconds, ...]:
    """Raises PermanentError for times that the video does not have."""
    if job.times is not None:
        return tiles(_inside(job.times, video.duration), video.duration)
    if job.interval is not None:
        return tiles(_steps(job.interval, video.duration), video.duration)
    return equal_parts((0.0, video.duration), job.count or _count_by_size(job.size_bytes or 1, video))


def tiles(cuts: Sequence[float], duration: float) -> tuple[Seconds, ...]:
    return tuple(pairwise((0.0, *cuts, duration)))


def equal_parts(whole: Seconds, count: int) -> tuple[Seconds, ...]:
    """Raises PermanentError where the parts would be too short to be clips."""
    start, end = whole
    if (end - start) / count < SHORTEST_CLIP_SECONDS:
        too_short = f"{count} clips of {end - start:g} s would be shorter than {SHORTEST_CLIP_SECONDS} s each"
        raise PermanentError("invalid_range", f"{too_short}: ask for fewer or larger ones.")
    cuts = [start + (end - start) * number / count for number in range(1, count)]
    return tuple(pairwise((start, *cuts, end)))


def parts_that_fit(too_large: Seconds, size_bytes: int, limit_bytes: int) -> tuple[Seconds, ...]:
    """A window whose clip came out too large, in so many parts that theirs should not."""
    return equal_parts(too_large, max(2, ceil(_SIZE_MARGIN * size_bytes / limit_bytes)))


def at_key_frames(windows: Sequence[Seconds], groups: Sequence[WholeGroups | None]) -> tuple[Seconds, ...]:
    """The same cuts, each moved back to where a group of pictures begins, where that is known.

    Windows that begin in one group become one. Raises PermanentError where nothing would be left of cutting at all.
    """
    start, end = windows[0][0], windows[-1][1]
    begins = [window[0] if group is None else group.start for window, group in zip(windows, groups, strict=True)]
    cuts = sorted({begin for begin in begins if begin > start})
    if len(windows) > 1 and not cuts:
        message = "mode: between the cuts that were asked for is no key frame, so fast makes no clips: use exact."
        raise PermanentError("invalid_range", message)
    return tuple(pairwise((start, *cuts, end)))


def way_of(job: SplitFixedInput) -> str:
    """The field that says how to split."""
    return next(way for way in ("interval", "count", "size_bytes", "times") if getattr(job, way) is not None)


def numbered_identity(video: Video, number: int, count: int, muxer: Muxer = "mp4") -> Identity:
    """`number` counts from 1; file names sort like the clips."""
    return Identity(
        project_id=video.project_id,
        title=derived_title(video.title, f"{number}/{count}"),
        filename=derived_filename(video.filename, f"clip-{number:0{len(str(count))}}", muxer),
        is_clip=True,
        parent_video_id=video.id,
    )


def _steps(interval: float, duration: float) -> list[float]:
    """What is left at the end is a clip of its own, unless it is next to nothing."""
    count = ceil((duration - SHORTEST_CLIP_SECONDS) / interval)
    return [interval * number for number in range(1, count)]


def _count_by_size(size_bytes: int, video: Video) -> int:
    return 1 if video.size_bytes <= size_bytes else ceil(_SIZE_MARGIN * video.size_bytes / size_bytes)


def _inside(times: Sequence[float], duration: float) -> Sequence[float]:
    if duration - times[-1] < SHORTEST_CLIP_SECONDS:
        raise PermanentError("invalid_range", f"times: {times[-1]:g} is not inside, the video lasts {duration:g} s.")
    return times
