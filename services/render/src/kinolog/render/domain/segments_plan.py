"""A long film in segments: which films that is for, where they are cut, and how a segment is encoded.

Segments begin with key frames, so that little is decoded twice. Times are ticks of the film's clock, 0 being the moment
that players show first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from kinolog.common.errors import KinologError
from kinolog.render.domain.recipe import Recipe, Track

# What makes of each frame one frame, whatever comes before it.
_FRAME_BY_FRAME: Final = frozenset(
    {"ass", "format", "pad", "scale", "setparams", "setsar", "sidedata", "tonemap", "zscale"}
)
# Their packets lie where their index says, and their clocks do not jump.
_CONTAINERS: Final = frozenset({"mp4", "matroska", "webm"})


class SegmentsRefused(KinologError):
    """The film is to be encoded in one piece. `is_usual` where nobody needs to be told why."""

    def __init__(self, reason: str, *, is_usual: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_usual = reason, is_usual


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRules:
    """Films from `long_seconds` on are cut into segments of about `segment_seconds`, `most` at most."""

    long_seconds: float
    segment_seconds: float
    most: int

    def refuse_unfit(self, recipe: Recipe) -> None:
        """Raises SegmentsRefused for what is short, or what can only be encoded from its beginning."""
        if recipe.seconds < self.long_seconds or recipe.picture is None or recipe.picture.is_copied:
            raise SegmentsRefused("there is little to encode", is_usual=True)
        if recipe.container not in _CONTAINERS:
            raise SegmentsRefused(f"{recipe.container} has no index to find frames by")
        if recipe.frame_count is None or recipe.skipped_seconds or not _is_frame_by_frame(recipe.picture):
            raise SegmentsRefused("its filters need more than the frame that they make")
        if recipe.picture_coding.bitrate_kbps is not None or recipe.picture_coding.most_kbps is not None:
            raise SegmentsRefused("its bits are shared out over all of it")

    def moments(self, film_seconds: float) -> tuple[float, ...]:
        """About where to cut."""
        count = max(1, min(self.most, round(film_seconds / self.segment_seconds)))
        return tuple(film_seconds * number / count for number in range(1, count))


def _is_frame_by_frame(track: Track) -> bool:
    return all(each.partition("=")[0] in _FRAME_BY_FRAME for each in track.filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """When the last frame before a cut is shown, and the first one after it."""

    last: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A segment: its first frame and, but for the film's last segment, its last one and the first of the next."""

    number: int
    first: int
    last: int | None
    end: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmCut:
    """`tick` is how long one lasts in seconds, as numerator and denominator; `zero_seconds` is the moment of the file's
    own clock that is 0 here.
    """

    tick: tuple[int, int]
    zero_seconds: float
    begin: int
    borders: tuple[Border, ...]

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        return tuple(self._stretches())

    def _stretches(self) -> Iterator[Stretch]:
        firsts = (self.begin, *(border.first for border in self.borders))
        for number, first in enumerate(firsts):
            border = self.borders[number] if number < len(self.borders) else None
            last, end = (None, None) if border is None else (border.last, border.first)
            yield Stretch(number=number, first=first, last=last, end=end)

    def seconds(self, ticks: int) -> float:
        return ticks * self.tick[0] / self.tick[1]

    def length_seconds(self, stretch: Stretch, film_seconds: float) -> float:
        end = film_seconds if stretch.end is None else self.seconds(stretch.end)
        return max(0.0, end - self.seconds(stretch.first))


def seek_options(cut: FilmCut, stretch: Stretch) -> tuple[str, ...]:
    """Options of ffmpeg for an input that is read from a segment's first key frame on, with the whole film's times."""
    from_start = ("-copyts", "-start_at_zero")
    if stretch.number == 0:
        return from_start
    return (*from_start, "-noaccurate_seek", "-ss", f"{cut.seconds(stretch.first):.6f}")


def stretch_recipe(recipe: Recipe, cut: FilmCut, stretch: Stretch) -> Recipe:
    """The picture of a segment alone, beginning at 0. Filters see the whole film's times."""
    assert recipe.picture is not None  # noqa: S101  # others are refused
    begin = () if stretch.number == 0 else (f"start_pts={stretch.first}",)
    end = () if stretch.end is None else (f"end_pts={stretch.end}",)
    filters = (f"trim={':'.join((*begin, *end))}", *recipe.picture.filters, "setpts=PTS-STARTPTS")
    return replace(
        recipe,
        picture=replace(recipe.picture, filters=filters),
        sounds=(),
        chapters=(),
        seconds=cut.length_seconds(stretch, recipe.seconds),
        frame_count=None,
    )


def sound_recipe(recipe: Recipe) -> Recipe:
    return replace(recipe, picture=None, frame_count=None, chapters=())
