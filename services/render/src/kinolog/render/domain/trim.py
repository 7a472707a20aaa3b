"""Trimming to a window of time: what is a window of a video, and the recipe that keeps exactly its frames."""

from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import TrimInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import Recipe, Track, countable_frames, even_sides

# Callers see durations rounded, and may ask for what they saw.
_ROUNDING_SECONDS: Final = 0.05


def window_of(job: TrimInput, video: Video) -> tuple[float, float]:
    """From the start up to and without the end. Raises PermanentError for a window that the video does not have."""
    lasts = f"the video lasts {video.duration:g} s"
    if job.start_time >= job.end_time:
        raise PermanentError("invalid_range", "start_time: must be before end_time.")
    if job.start_time >= video.duration:
        raise PermanentError("invalid_range", f"start_time: {job.start_time:g} is not inside, {lasts}.")
    if job.end_time > video.duration + _ROUNDING_SECONDS:
        raise PermanentError("invalid_range", f"end_time: {job.end_time:g} is beyond the end, {lasts}.")
    return job.start_time, min(job.end_time, video.duration)


def trim_recipe(facts: MediaFacts, start: float, end: float) -> Recipe:
    """Frames are kept by their time stamps; sound begins with the first of them, to the sample.

    Raises PermanentError where the window falls between two frames.
    """
    begin = _begin(facts, start)
    return Recipe(
        container=facts.container,
        picture=_picture(facts, start, end),
        sound=None if facts.audio_stream is None else _sound(facts.audio_stream, begin, end),
        seconds=end - begin,
        frame_count=countable_frames(facts, facts.window.frame_count if facts.window else 0),
        skipped_seconds=start,
    )


def clip_identity(video: Video, job: TrimInput) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=job.title or derived_title(video.title, f"{job.start_time:g}–{job.end_time:g} s"),
        filename=derived_filename(video.filename, "clip"),
        is_clip=True,
        parent_video_id=video.id,
    )


def _begin(facts: MediaFacts, start: float) -> float:
    if facts.video_stream is None:
        return start
    if facts.window is None or facts.window.first_at is None:
        raise PermanentError("invalid_range", "The video has no frame between start_time and end_time: widen them.")
    return facts.window.first_at


def _picture(facts: MediaFacts, start: float, end: float) -> Track | None:
    if facts.video_stream is None:
        return None
    keep = f"trim=start={_moment(start)}:end={_moment(end)}"
    return Track(stream=facts.video_stream, filters=(keep, "setpts=PTS-STARTPTS", *even_sides(facts)))


def _sound(stream: int, begin: float, end: float) -> Track:
    """Sound that starts later than the picture does so in the clip as well."""
    keep = f"atrim=start={_moment(begin)}:end={_moment(end)}"
    return Track(stream=stream, filters=(keep, f"asetpts=PTS-{_moment(begin)}/TB"))


def _moment(seconds: float) -> str:
    """Microseconds are as fine as FFmpeg's filters read; never in scientific notation."""
    return f"{seconds:.6f}"
