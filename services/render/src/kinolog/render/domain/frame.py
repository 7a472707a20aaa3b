"""One frame as burning would make it: from where on a film is read for it, and what is done to that.

A film is sought to a key frame, since an hour of it would take minutes to decode; but filters see the moments that they
see when all of it is burned, or captions would be drawn for another time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.frames_asked import PictureFormat
from kinolog.common.media.facts import Colour, MediaFacts
from kinolog.common.subtitles import Cue
from kinolog.render.domain.burn import burn_recipe
from kinolog.render.domain.colour import is_hdr, tagged
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.sizing import Size

NOTHING_DRAWN: Final = "null"
"""The filter that stands for no captions."""

# No chroma is lost on the way to a picture, and every machine rounds alike.
_SCALING: Final = "flags=bicubic+accurate_rnd+full_chroma_int+bitexact"
_AS_PICTURE: Final[dict[PictureFormat, tuple[str, str]]] = {
    "png": ("out_range=full", "rgb24"),
    "webp": ("out_range=full", "bgra"),
    # The only colours that JPEG files have.
    "jpeg": ("out_range=full:out_color_matrix=smpte170m", "yuvj444p"),
}
# Pictures that name a film's light are shown darker or lighter than players show the film.
_WITHOUT_LIGHT: Final = "setparams=color_primaries=unknown:color_trc=unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFrame:
    """`time` is that of the frame, in seconds; `font` the family that was drawn, None where no text was."""

    content: bytes
    time: float
    font: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a frame is. `zero`, `first` and `last` are ticks of the file's own clock, `tick` how long one lasts in
    seconds, as numerator and denominator: `zero` is what burning calls 0, and the frame is the last one that is shown
    from `first` to `last`. The film is read from `seek_seconds` on, counted from its first moment.
    """

    stream: int
    tick: tuple[int, int]
    zero: int
    first: int
    last: int
    seek_seconds: float
    colour: Colour | None

    @property
    def first_seconds(self) -> float:
        return self.seconds(self.first - self.zero)

    def ticks(self, seconds: float) -> int:
        """Of the clock whose 0 is `zero`."""
        return floor(seconds * self.tick[1] / self.tick[0])

    def seconds(self, ticks: int) -> float:
        return ticks * self.tick[0] / self.tick[1]


def shown_together_since(cues: Iterable[Cue], at: float, most_seconds: float) -> float:
    """Since when captions have been over each other that show at `at`: where one stands depends on those before it.

    `at` itself where one shows alone. Looks back `most_seconds` at most. Moments are rounded as scripts round them.
    """
    spans = sorted((round(cue.start * 100), round(cue.end * 100)) for cue in cues if cue.text and cue.start <= at)
    since, until, count = at, 0, 0
    for start, end in spans:
        if start >= until:
            since, count = start / 100, 0
        until, count = max(until, end), count + 1
    is_crowd = count > 1 and until > at * 100
    return max(since, at - most_seconds) if is_crowd else at


def frame_recipe(video: Video, spot: Spot, drawing: str) -> Recipe:
    """That of burning the whole film; `drawing` is the filter for its captions."""
    return burn_recipe(_facts(video, spot), drawing)


def frame_filters(
    recipe: Recipe, spot: Spot, since: float, kind: PictureFormat, size: Size, width: int | None
) -> tuple[str, ...]:
    """From decoded frames to the one picture. Captions are drawn from `since` on, in seconds; `size` is as burned."""
    picture = recipe.picture
    assert picture is not None  # noqa: S101  # a film without a picture is refused before
    first, last = spot.first - spot.zero, spot.last - spot.zero
    begin = min(spot.ticks(since), first)
    return (
        f"setpts=PTS-({spot.zero})",
        f"trim=start_pts={begin}:end_pts={last + 1}",
        *picture.filters,
        f"format={recipe.picture_coding.pixel_format}",
        f"trim=start_pts={first}",
        *picture_filters(spot.colour, kind, size, width),
    )


def picture_filters(colour: Colour | None, kind: PictureFormat, size: Size, width: int | None) -> tuple[str, ...]:
    """From a frame as encoders get it to a picture that shows the colours that players show.

    `colour` is the film's. Burning maps a high dynamic range and tells what it is mapped to.
    """
    untold = () if is_hdr(colour) else tagged(colour, size)
    scaled = f"w={width}:h=-1:" if width is not None and width < size.width else ""
    how, pixel_format = _AS_PICTURE[kind]
    return (*untold, f"scale={scaled}{how}:{_SCALING}", f"format={pixel_format}", _WITHOUT_LIGHT)


def _facts(video: Video, spot: Spot) -> MediaFacts:
    """What was found when the file was taken in: to find it out anew takes reading all of it."""
    return MediaFacts(
        container=video.container,
        media_type=video.content.media_type,
        duration=video.duration,
        width=video.width,
        height=video.height,
        rotation=video.rotation,
        frame_rate=video.frame_rate,
        frame_count=0,
        is_interlaced=False,
        video_codec=video.video_codec,
        audio_codec=video.audio_codec,
        video_stream=spot.stream,
        audio_stream=None,
        colour=spot.colour,
        dynamic_range=video.dynamic_range,
    )
