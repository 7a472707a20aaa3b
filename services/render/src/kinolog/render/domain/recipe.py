"""A recipe: everything about a rendering that is decided before an encoder starts, as plain data."""

from dataclasses import dataclass
from typing import Final, Literal

from kinolog.common.errors import PassingError
from kinolog.common.media.chapters import Chapter
from kinolog.common.media.facts import NO_LABEL, MediaFacts, SoundLabel
from kinolog.render.domain.work import Picture, Sound

Muxer = Literal["mp4", "webm"]

# A recording may begin in the middle of a group of frames, and a damaged packet costs a frame or two.
LOSABLE_FRAMES: Final = 8
LOSABLE_SECONDS: Final = 0.5

_USUAL_PICTURE: Final = Picture()
_USUAL_SOUND: Final = Sound()


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One stream of the source, and the filters it goes through; `is_copied` leaves it as it is.

    `label` is what the new film says of a track of sound.
    """

    stream: int
    filters: tuple[str, ...] = ()
    is_copied: bool = False
    label: SoundLabel = NO_LABEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`seconds` and `frame_count` are what must come out; `skipped_seconds` of the source are decoded before it.

    The source is read from `seek_seconds` on, and its moments are what they are for who reads all of it.

    `picture_coding` and `sound_coding` say how tracks are encoded that are not copied. `is_mostly_encoding` is as for
    `Work`. `sounds` are in the order that they come out in.
    """

    container: str
    picture: Track | None
    sounds: tuple[Track, ...] = ()
    seconds: float
    frame_count: int | None
    skipped_seconds: float = 0.0
    seek_seconds: float = 0.0
    picture_coding: Picture = _USUAL_PICTURE
    sound_coding: Sound = _USUAL_SOUND
    muxer: Muxer = "mp4"
    is_mostly_encoding: bool = False
    chapters: tuple[Chapter, ...] = ()


def even_sides(facts: MediaFacts) -> tuple[str, ...]:
    """4:2:0 pictures have even sides; a line more loses nothing, a line less would."""
    is_odd = (facts.width or 0) % 2 or (facts.height or 0) % 2
    return ("pad=ceil(iw/2)*2:ceil(ih/2)*2",) if is_odd else ()


def countable_frames(facts: MediaFacts, frame_count: int) -> int | None:
    """None where there is nothing to count, or fields would be counted as frames."""
    return None if facts.video_codec is None or facts.is_interlaced else frame_count


def refuse_incomplete(recipe: Recipe, made: MediaFacts, joined_frames: int | None = None) -> None:
    """Raises PassingError when less came out than was to: an encoder's good exit code proves nothing.

    No track of sound may be missing.

    `joined_frames` is how many segments had, none of which may be lost.
    """
    if joined_frames not in (None, made.frame_count):
        message = f"The segments of the new video have {joined_frames} frames, and it has {made.frame_count}."
        raise PassingError("output_incomplete", message)
    if made.audio_track_count < len(recipe.sounds):
        message = f"The new video came out with {made.audio_track_count} of {len(recipe.sounds)} sound tracks."
        raise PassingError("output_incomplete", message)
    lost_frames = 0 if recipe.frame_count is None else recipe.frame_count - made.frame_count
    if not 0 <= lost_frames <= LOSABLE_FRAMES or recipe.seconds - made.duration > LOSABLE_SECONDS:
        raise PassingError(
            "output_incomplete",
            f"The new video came out with {made.frame_count} frames and {made.duration:.2f} s"
            f" instead of {recipe.frame_count} and {recipe.seconds:.2f} s.",
        )
