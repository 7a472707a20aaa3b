"""Previews: which part of a film is shown, how large, and the filters that draw it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs.preview import PreviewFormat, PreviewInput
from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.colour import colour_plan
from kinolog.render.domain.sizing import Size, fitted
from kinolog.render.domain.transcode import picture_filters, source_size
from kinolog.render.domain.work import Source

MEDIA_TYPES: Final[dict[PreviewFormat, str]] = {"gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}

# Frames at both ends of a window may fall just outside of it.
_LOSABLE_FRAMES: Final = 2
# To a frame is sought a little before it, since its moment is rounded.
_SEEK_MARGIN_SECONDS: Final = 0.001
# GIF has 256 colours: they are chosen for the very part that is shown. Counting only what moves misses its last frame.
_PALETTE: Final = (
    "split[shown][counted];[counted]palettegen=stats_mode=full[palette]"
    ";[shown][palette]paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewWork:
    """`filters` is one chain for the stream `stream`; `frame_count` is how many frames it has at most."""

    source: Source
    stream: int
    filters: str
    size: Size
    format: PreviewFormat
    start: float
    seconds: float
    frame_count: int


def preview_work(facts: MediaFacts, job: PreviewInput, film: Path, most_seconds: float) -> PreviewWork:
    """Of a film that was asked which frames are shown in the part. Where its sound goes on, its last frame does so too.

    Raises PermanentError for sound alone, for a start beyond the end, and for more than `most_seconds`.
    """
    size = source_size(facts)
    if size is None or facts.video_stream is None:
        raise PermanentError("media_unsupported", "The video is sound alone: it has no picture to show in a preview.")
    seconds = _seconds(facts, job, most_seconds)
    target = fitted(size, job.width, None)
    still_since, frame_count = _still_since(facts), max(1, round(seconds * job.frame_rate))
    begin = job.start_time if still_since is None else max(0.0, still_since - _SEEK_MARGIN_SECONDS)
    options = ("-ss", f"{begin:.6f}", "-t", f"{seconds:.6f}")
    filters = _filters(facts, job, size, target, frame_count)
    return PreviewWork(
        source=Source(path=film, container=facts.container, options=options),
        stream=facts.video_stream,
        filters=filters if still_since is None else f"setpts=PTS-STARTPTS,{filters}",
        size=target,
        format=job.format,
        start=job.start_time,
        seconds=seconds,
        frame_count=frame_count,
    )


def refuse_incomplete(work: PreviewWork, frame_count: int | None) -> None:
    """Raises PassingError when fewer frames came out than were to."""
    if frame_count is not None and frame_count < max(1, work.frame_count - _LOSABLE_FRAMES):
        message = f"The preview came out with {frame_count} frames instead of {work.frame_count}."
        raise PassingError("output_incomplete", message)


def _seconds(facts: MediaFacts, job: PreviewInput, most_seconds: float) -> float:
    if job.duration > most_seconds:
        raise PermanentError(
            "invalid_range", f"duration must be at most {most_seconds:g} s here, not {job.duration:g} s."
        )
    left = facts.duration - job.start_time
    if left <= 0:
        message = f"start_time must be before the end of the video, which lasts {facts.duration:.3f} s."
        raise PermanentError("invalid_range", message)
    return min(job.duration, left)


def _still_since(facts: MediaFacts) -> float | None:
    """When the frame came that shows throughout the part; None where others come in it."""
    return next((window.before_at for window in facts.windows if window.first_at is None), None)


def _filters(facts: MediaFacts, job: PreviewInput, size: Size, target: Size, frame_count: int) -> str:
    plan = colour_plan(facts.colour, size, "h264", "auto")
    # Rounded up, each moment shows the frame that the film has there, and none of later.
    paced = (f"fps={job.frame_rate:.6f}:round=up", f"tpad=stop_mode=clone:stop={frame_count}")
    drawn = (*paced, f"trim=end_frame={frame_count}", *picture_filters(facts, plan, target))
    return ",".join((*drawn, _PALETTE) if job.format == "gif" else drawn)
