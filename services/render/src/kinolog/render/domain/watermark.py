"""Drawing a picture over a film: where it goes, how large it is there, and the run of the encoder that draws it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.errors import PermanentError
from kinolog.common.jobs.watermark import Position, WatermarkInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.canvas import plain, shown_size
from kinolog.render.domain.chapters import told_apart
from kinolog.render.domain.colour import is_hdr
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import Recipe, countable_frames, even_sides
from kinolog.render.domain.sizing import Size
from kinolog.render.domain.sounds import codings_of, labels_of, sound_maps, sounds_as_they_are
from kinolog.render.domain.words import Words
from kinolog.render.domain.work import Picture, Sound, Source, Work

PICTURE_FORMAT: Final = "png_pipe"
_MATRICES: Final = {1: "bt709", 5: "bt601", 6: "bt601", 9: "bt2020"}
_HD_WIDTH: Final = 1280
_HD_HEIGHT: Final = 720
# Shares of the free space to the left and above.
_ACROSS: Final[dict[Position, tuple[float, float]]] = {
    "top_left": (0, 0),
    "top": (0.5, 0),
    "top_right": (1, 0),
    "left": (0, 0.5),
    "center": (0.5, 0.5),
    "right": (1, 0.5),
    "bottom_left": (0, 1),
    "bottom": (0.5, 1),
    "bottom_right": (1, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A picture's place in a film, in pixels, and from when to when it is there, in seconds; None is to the end."""

    x: int
    y: int
    size: Size
    start: float
    end: float | None
    opacity: float


def place_mark(job: WatermarkInput, film: MediaFacts, picture: Size) -> Mark:
    """Raises PermanentError for a video without a picture, and a time that is not in it."""
    frame = shown_size(film)
    if frame is None:
        raise PermanentError("media_unsupported", "The video is sound alone: it has no picture to draw over.")
    start = job.start_time or 0.0
    if start >= film.duration:
        message = f"start_time: {start:g} is not inside, the video lasts {film.duration:g} s."
        raise PermanentError("invalid_range", message)
    margin = round(min(frame.width, frame.height) * job.margin_percent / 100)
    size = _fitted(picture, frame, job.width_percent, margin)
    across, down = _ACROSS[job.position]
    return Mark(
        x=margin + round(across * (frame.width - 2 * margin - size.width)),
        y=margin + round(down * (frame.height - 2 * margin - size.height)),
        size=size,
        start=start,
        end=job.end_time,
        opacity=job.opacity,
    )


def watermark_work(film: MediaFacts, source: Path, picture: Path, mark: Mark, output: Path) -> Work:
    """`picture` is a plain PNG of our own making. Every frame of the film stays at its own moment."""
    tracks = sounds_as_they_are(film)
    return Work(
        sources=(Source(path=source, container=film.container), Source(path=picture, container=PICTURE_FORMAT)),
        arguments=(
            *("-filter_complex", _graph(film, mark), "-map", "[marked]"),
            *("-fps_mode", "passthrough", "-enc_time_base:v", "filter", *sound_maps(tracks)),
        ),
        picture=Picture(),
        sounds=codings_of(tracks, Sound()),
        output=output,
        seconds=film.duration,
        words=Words(labels=labels_of(tracks), chapters=told_apart(film.chapters)),
    )


def whole_film(film: MediaFacts) -> Recipe:
    """What must come out: all of the film, whatever is drawn over it."""
    return Recipe(
        container=film.container,
        picture=None,
        sounds=sounds_as_they_are(film),
        seconds=film.duration,
        frame_count=countable_frames(film, film.frame_count),
    )


def watermarked_identity(video: Video, job: WatermarkInput) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=job.title or derived_title(video.title, "watermarked"),
        filename=derived_filename(video.filename, "watermarked"),
        parent_video_id=video.id,
    )


def _fitted(picture: Size, frame: Size, width_percent: float, margin: int) -> Size:
    """As wide as asked for, unless it would not fit between the margins with its shape."""
    room = Size(max(1, frame.width - 2 * margin), max(1, frame.height - 2 * margin))
    width = min(frame.width * width_percent / 100, room.width, room.height * picture.width / picture.height)
    return Size(max(1, round(width)), min(room.height, max(1, round(width * picture.height / picture.width))))


def _graph(film: MediaFacts, mark: Mark) -> str:
    """The picture's colours are turned into those of the film, as overlaying alone would guess them."""
    look = (
        "format=rgba",
        f"colorchannelmixer=aa={mark.opacity:.4f}",
        f"scale={mark.size.width}:{mark.size.height}:flags=lanczos:out_color_matrix={_matrix(film)}:out_range=tv",
        "format=yuva420p",
    )
    frames = (*plain(film), *_square(film), "format=yuv420p", *even_sides(film))
    until = "" if mark.end is None else f"*lt(t\\,{mark.end:.6f})"
    over = f"overlay=x={mark.x}:y={mark.y}:format=yuv420:enable=gte(t\\,{mark.start:.6f}){until}"
    return f"[1:0]{','.join(look)}[mark];[0:{film.video_stream}]{','.join(frames)}[film];[film][mark]{over}[marked]"


def _square(film: MediaFacts) -> tuple[str, ...]:
    """A mark would be stretched together with pixels that are not square."""
    size = shown_size(film)
    return () if size is None else (f"scale={size.width}:{size.height}:flags=lanczos", "setsar=1")


def _matrix(film: MediaFacts) -> str:
    """What `plain` leaves the film with, told or guessed."""
    if is_hdr(film.colour):
        return "bt709"  # what it was mapped to
    is_large = (film.width or 0) >= _HD_WIDTH or (film.height or 0) >= _HD_HEIGHT
    guess = "bt709" if is_large else "bt601"
    return _MATRICES.get(film.colour.matrix, guess) if film.colour else guess
