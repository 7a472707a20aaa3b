"""What a reader can take in at once."""

from dataclasses import dataclass, replace

from kinolog.common.jobs.caption import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Characters are columns: a full-width sign counts as two, both in a line and in the reading speed.

    So a line of 42 holds 21 Chinese signs, and 17 a second are 8.5 of them, which is about what readers of Chinese
    take in. Where limits contradict each other, `max_seconds` goes before `min_seconds`.
    """

    line_characters: int = 42
    lines: int = 2
    characters_per_second: float = 17.0
    max_seconds: float = 7.0
    min_seconds: float = 0.833
    min_gap_seconds: float = 0.083
    pause_seconds: float = 1.0

    def seconds_to_read(self, columns: int) -> float:
        return min(self.max_seconds, max(self.min_seconds, columns / self.characters_per_second))

    def last_moment(self, start: float, end: float, columns: int, followed_at: float) -> float:
        """Until when a caption is shown whose words are spoken from `start` to `end`: long enough to be read, but no
        later than the gap before what follows.
        """
        return max(end, min(start + self.seconds_to_read(columns), followed_at - self.min_gap_seconds))


def layout_for(layout: Layout, reading: Reading) -> Layout:
    """The service's layout with what a job wants otherwise."""
    return replace(layout, **reading.model_dump(exclude_none=True))
