"""Giving a film another shape: how large it becomes, what of it is seen where, and the recipe for it."""

from dataclasses import dataclass
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs.reframe import ReframeInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.canvas import plain, shown_size
from kinolog.render.domain.chapters import told_apart
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import Recipe, Track, countable_frames
from kinolog.render.domain.sizing import Size, fitted
from kinolog.render.domain.sounds import sounds_as_they_are

# A picture is blurred as well when it is small, at a fraction of the cost.
_BLURRED_PART: Final = 8
_BLUR: Final = "gblur=sigma=4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """`seen` is the size of what is cropped out of the film, or of all of it beside the margins, at `x` and `y`."""

    film: Size
    size: Size
    seen: Size
    x: int
    y: int


def framing_of(job: ReframeInput, facts: MediaFacts) -> Framing:
    """Raises PermanentError for a video without a picture."""
    film = shown_size(facts)
    if film is None:
        raise PermanentError("media_unsupported", "The video is sound alone: it has no picture to give a shape.")
    if job.mode == "crop":
        seen = _inscribed(film, job.ratio)
        size = seen if job.height is None else _sized(job.ratio, job.height)
        free = Size(film.width - seen.width, film.height - seen.height)
    else:
        size = _around(film, job.ratio) if job.height is None else _sized(job.ratio, job.height)
        seen = fitted(film, size.width, size.height, upscale=True)
        free = Size(size.width - seen.width, size.height - seen.height)
    return Framing(film=film, size=size, seen=seen, x=_even(free.width * job.x), y=_even(free.height * job.y))


def reframe_recipe(job: ReframeInput, facts: MediaFacts, framing: Framing) -> Recipe:
    shape = {"crop": _cropped, "pad": _padded, "blur": _blurred}[job.mode]
    return Recipe(
        container=facts.container,
        picture=Track(stream=facts.video_stream or 0, filters=(*plain(facts), *shape(framing), "setsar=1")),
        sounds=sounds_as_they_are(facts),
        seconds=facts.duration,
        frame_count=countable_frames(facts, facts.frame_count),
        chapters=told_apart(facts.chapters),
    )


def refuse_other_size(framing: Framing, made: MediaFacts) -> None:
    """Raises PassingError."""
    if shown_size(made) != framing.size:
        raise PassingError("output_wrong", f"The new video is {shown_size(made)} instead of {framing.size}.")


def reframed_identity(video: Video, job: ReframeInput) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=job.title or derived_title(video.title, job.aspect),
        filename=derived_filename(video.filename, job.aspect.replace(":", "x")),
        parent_video_id=video.id,
    )


def _inscribed(film: Size, ratio: float) -> Size:
    """The largest picture of this shape inside the film."""
    width, height = min(film.width, film.height * ratio), min(film.height, film.width / ratio)
    return Size(max(2, _even(width)), max(2, _even(height)))


def _around(film: Size, ratio: float) -> Size:
    """With the film's shorter side as the shorter one."""
    short = film.shorter_side
    return _sized(ratio, short if ratio >= 1 else short / ratio)


def _sized(ratio: float, height: float) -> Size:
    return Size(max(2, 2 * round(height * ratio / 2)), max(2, 2 * round(height / 2)))


def _even(value: float) -> int:
    """Colours have half the lines and columns, so that odd places would shift them."""
    return 2 * int(value / 2)


def _cropped(framing: Framing) -> tuple[str, ...]:
    seen, size = framing.seen, framing.size
    crop = f"crop={seen.width}:{seen.height}:{framing.x}:{framing.y}"
    return (_scale(framing.film), crop, *((_scale(size),) if size != seen else ()))


def _padded(framing: Framing) -> tuple[str, ...]:
    size = framing.size
    return (_scale(framing.seen), f"pad={size.width}:{size.height}:{framing.x}:{framing.y}")


def _blurred(framing: Framing) -> tuple[str, ...]:
    """Behind the film itself, the part of it that fills the whole picture."""
    small = Size(max(2, framing.size.width // _BLURRED_PART), max(2, framing.size.height // _BLURRED_PART))
    factor = max(small.width / framing.film.width, small.height / framing.film.height)
    cover = Size(
        max(small.width, round(framing.film.width * factor)), max(small.height, round(framing.film.height * factor))
    )
    behind = (
        "format=yuv420p",
        _scale(cover),
        f"crop={small.width}:{small.height}",
        _BLUR,
        _scale(framing.size),
        "setsar=1",
    )
    front = ("format=yuv420p", _scale(framing.seen), "setsar=1")
    return (
        f"split[far][near];[far]{','.join(behind)}[behind];[near]{','.join(front)}[front];"
        f"[behind][front]overlay=x={framing.x}:y={framing.y}:format=yuv420",
    )


def _scale(size: Size) -> str:
    return f"scale={size.width}:{size.height}:flags=lanczos"
