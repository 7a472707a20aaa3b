"""The chapters of a new film: those of the film that it is made of, as far as it has them, when it has them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from kinolog.common.media.chapters import Chapter

Seconds: TypeAlias = tuple[float, float]
"""From a moment of the film up to and without another."""

# Containers count in thousandths; less than a frame is no chapter that anybody could watch.
_SHORTEST_SECONDS: Final = 0.01
_DECIMALS: Final = 6


def told_apart(chapters: Iterable[Chapter]) -> tuple[Chapter, ...]:
    """One after the other, as every container has them: each ends at the latest when the next begins.

    Those that begin at the same moment become one, with all of their titles.
    """
    apart: list[Chapter] = []
    for chapter in chapters:
        if apart and chapter.start - apart[-1].start < _SHORTEST_SECONDS:
            titles = dict.fromkeys(filter(None, (apart[-1].title, chapter.title)))
            apart[-1] = replace(chapter, start=apart[-1].start, title=" / ".join(titles))
            continue
        if apart:
            apart[-1] = replace(apart[-1], end=min(apart[-1].end, chapter.start))
        apart.append(chapter)
    return tuple(apart)


def chapters_within(chapters: Iterable[Chapter], windows: Sequence[Seconds]) -> tuple[Chapter, ...]:
    """Those of a film of which only these windows are left, one right after the other: they rise and do not overlap.

    A chapter that is cut into becomes shorter, and one of which nothing is left vanishes.
    """
    return tuple(_shifted(told_apart(chapters), windows))


def _shifted(chapters: Iterable[Chapter], windows: Sequence[Seconds]) -> Iterator[Chapter]:
    for chapter in chapters:
        start, end = _left_before(chapter.start, windows), _left_before(chapter.end, windows)
        if end - start >= _SHORTEST_SECONDS:
            yield replace(chapter, start=round(start, _DECIMALS), end=round(end, _DECIMALS))


def _left_before(moment: float, windows: Sequence[Seconds]) -> float:
    """How many seconds of the film are left before a moment of it."""
    return sum(min(max(moment, start), end) - start for start, end in windows)
