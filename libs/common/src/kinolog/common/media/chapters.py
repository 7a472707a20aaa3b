"""The chapters of a film, as far as they make sense."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TypedDict

from kinolog.common.media.tags import plain


class StoredChapter(TypedDict):
    """As PyAV gives it: moments in ticks of `time_base`."""

    start: int
    end: int
    time_base: Fraction | None
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Seconds of the film, and a title in one line, which may be empty."""

    start: float
    end: float
    title: str


def chapters_of(stored: Iterable[StoredChapter], zero: float, duration: float, most: int) -> tuple[Chapter, ...]:
    """In order, within the film, and at most so many. `zero` is what the file's clock shows at the film's start."""
    placed = (_placed(chapter, zero, duration) for chapter in stored)
    inside = (chapter for chapter in placed if chapter is not None)
    return tuple(sorted(islice(inside, most), key=lambda chapter: (chapter.start, chapter.end)))


def _placed(stored: StoredChapter, zero: float, duration: float) -> Chapter | None:
    """None for what lies outside of the film, or ends before it begins."""
    clock = stored["time_base"] or 0
    start, end = (min(max(float(stored[key] * clock) - zero, 0.0), duration) for key in ("start", "end"))
    if start >= end:
        return None
    return Chapter(start=round(start, 3), end=round(end, 3), title=plain(stored["metadata"].get("title", "")))
