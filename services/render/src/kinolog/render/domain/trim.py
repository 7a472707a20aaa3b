"""Trimming: which parts of a video are left, and what a video of them is called and made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from kinolog.common.aggregates import Video
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import SHORTEST_CLIP_SECONDS, TrimInput
from kinolog.common.media.facts import MediaFacts, WholeGroups, Window
from kinolog.common.media.identity import Identity
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import Muxer

Seconds: TypeAlias = tuple[float, float]
"""From a moment of the video up to and without another."""

# Where the picture of a recorded screen stands still for longer, what is said meanwhile belongs to the part. So it does
# where nothing else is shown in the part, as after the last frame of a film whose sound is longer.
_STILL_SECONDS: Final = 0.25
# Callers see durations rounded, and may ask for what they saw.
_ROUNDING_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A window of a film that is left, and the frames that are shown in it: `begin` is when the first one is.

    `still_since` is when the first one came, where that was before the window and it stands still into it.
    """

    start: float
    end: float
    begin: float
    frame_count: int
    groups: WholeGroups | None = None
    still_since: float | None = None

    @property
    def shown_from(self) -> float:
        return self.start if self.still_since is None else self.still_since

    @property
    def seconds(self) -> float:
        return self.end - self.begin


class FramelessPart(PermanentError):
    """A part, in seconds, that lies before the first frame."""

    def __init__(self, part: Seconds, fix: str = "choose longer parts") -> None:
        start, end = part
        super().__init__("invalid_range", f"The video has no frame between {start:g} and {end:g} s: {fix}.")
        self.part = part


def windows_left(job: TrimInput, video: Video, most_ranges: int) -> tuple[Seconds, ...]:
    """What is kept, or what is left without that which is removed. Raises PermanentError for what the video lacks."""
    if len(job.windows) > most_ranges:
        message = (
            f"ranges: {len(job.windows)} are too many, at most {most_ranges} are allowed (KINOLOG_TRIM_MAX_RANGES)."
        )
        raise PermanentError("invalid_range", message)
    named = tuple(_inside(job, number, video.duration) for number in range(len(job.windows)))
    return named if job.action == "keep" else _between(named, video.duration)


def parts_of(facts: MediaFacts, windows: Sequence[Seconds]) -> tuple[Part, ...]:
    """The frames of windows that the film was asked about. Raises FramelessPart."""
    if facts.video_stream is None:
        return tuple(Part(start=start, end=end, begin=start, frame_count=0) for start, end in windows)
    return tuple(_part(window, found) for window, found in zip(windows, facts.windows, strict=True))


def told_of_frameless(missing: FramelessPart, job: TrimInput) -> FramelessPart:
    """The same in the words of a job, which named the part itself, or what lies beside it."""
    one_named = "start_time and end_time" if job.ranges is None else None
    if job.action == "remove":
        return FramelessPart(missing.part, f"let {one_named or 'ranges'} take that out as well")
    return FramelessPart(missing.part, f"widen {one_named or 'that one of the ranges'}")


def refuse_changed(before: Video | None, now: Video | None) -> None:
    """Raises PermanentError where a video has another file than it had: windows of one mean nothing in the other."""
    if before is not None and (now is None or now.content != before.content):
        message = "The video got another file after this job was submitted: look at it, and submit the job again."
        raise PermanentError("video_changed", message)


def clip_identity(video: Video, job: TrimInput, muxer: Muxer = "mp4") -> Identity:
    start, end = job.windows[0][0], job.windows[-1][1]
    what = f"without {start:g}–{end:g} s" if job.action == "remove" else f"{start:g}–{end:g} s"
    return _clip(video, job.title or derived_title(video.title, what), "clip", muxer)


def segment_identity(video: Video, job: TrimInput, number: int, count: int, muxer: Muxer = "mp4") -> Identity:
    """`number` counts from 1; file names sort as the segments do."""
    title = derived_title(job.title or video.title, f"{number}/{count}")
    return _clip(video, title, f"clip-{number:0{len(str(count))}}", muxer)


def _inside(job: TrimInput, number: int, duration: float) -> Seconds:
    start, end = job.windows[number]
    place = "" if job.ranges is None else f"ranges.{number}."
    lasts = f"the video lasts {duration:g} s"
    if start >= duration:
        raise PermanentError("invalid_range", f"{place}start_time: {start:g} is not inside, {lasts}.")
    if end > duration + _ROUNDING_SECONDS:
        raise PermanentError("invalid_range", f"{place}end_time: {end:g} is beyond the end, {lasts}.")
    return start, min(end, duration)


def _between(removed: Sequence[Seconds], duration: float) -> tuple[Seconds, ...]:
    """What is left; splinters too short to be a clip go with what they are next to."""
    borders = ((0.0, 0.0), *removed, (duration, duration))
    left = tuple((before[1], after[0]) for before, after in pairwise(borders))
    left = tuple((start, end) for start, end in left if end - start >= SHORTEST_CLIP_SECONDS)
    if not left:
        raise PermanentError("invalid_range", "Nothing of the video is left: remove less of it.")
    return left


def _part(window: Seconds, found: Window) -> Part:
    start, end = window
    is_still = found.first_at is None or found.first_at - start >= _STILL_SECONDS
    if found.before_at is not None and is_still:
        count, since = found.frame_count + 1, found.before_at
        return Part(start=start, end=end, begin=start, frame_count=count, groups=found.groups, still_since=since)
    if found.first_at is None:
        raise FramelessPart(window)
    return Part(start=start, end=end, begin=found.first_at, frame_count=found.frame_count, groups=found.groups)


def _clip(video: Video, title: str, what: str, muxer: Muxer) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=title,
        filename=derived_filename(video.filename, what, muxer),
        is_clip=True,
        parent_video_id=video.id,
    )
