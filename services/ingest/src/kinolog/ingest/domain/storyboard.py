"""The rule by which a film is shown in small pictures: how many, of which moments, laid out how."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryboardRule:
    """At most `most_tiles`, each at most `tile_width` pixels wide, `columns` of them side by side."""

    tile_width: int
    columns: int
    most_tiles: int
    shortest_interval_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The n-th tile, from 0 on, shows the moment n times the interval; tiles lie row by row."""

    interval_seconds: float
    tile_count: int
    columns: int

    @property
    def rows(self) -> int:
        return ceil(self.tile_count / self.columns)

    @property
    def moments(self) -> tuple[float, ...]:
        """In seconds from the film's first moment."""
        return tuple(tile * self.interval_seconds for tile in range(self.tile_count))

    def place(self, tile: int) -> tuple[int, int]:
        """The column and the row of a tile."""
        return tile % self.columns, tile // self.columns


def layout_of(duration: float, rule: StoryboardRule) -> Layout:
    """For a film of so many seconds. The interval is in whole milliseconds, as the cues that name the tiles are."""
    interval = max(rule.shortest_interval_seconds, ceil(1000 * duration / rule.most_tiles) / 1000)
    tile_count = max(1, min(rule.most_tiles, ceil(duration / interval)))
    return Layout(interval_seconds=interval, tile_count=tile_count, columns=min(rule.columns, tile_count))
