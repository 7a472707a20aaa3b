"""What readers of a caption will find hard, and no rule could mend: the words are said that fast or are that long."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kinolog.common.subtitles import Cue
from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.reading.layout import Layout

ROUNDING_SECONDS: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingReport:
    """How many captions there are, and how many of them are hard to read for each reason."""

    cues: int
    too_fast_to_read: int
    wider_than_a_line: int


def reading_report(cues: Iterable[Cue], layout: Layout) -> ReadingReport:
    listed = list(cues)
    return ReadingReport(
        cues=len(listed),
        too_fast_to_read=sum(_is_too_fast(cue, layout) for cue in listed),
        wider_than_a_line=sum(_is_too_wide(cue, layout) for cue in listed),
    )


def _is_too_fast(cue: Cue, layout: Layout) -> bool:
    """Here the longest time that a caption may last is no excuse."""
    seconds = columns_of(cue.text.replace("\n", " ")) / layout.characters_per_second
    return cue.end - cue.start + ROUNDING_SECONDS < seconds


def _is_too_wide(cue: Cue, layout: Layout) -> bool:
    return any(columns_of(line) > layout.line_characters for line in cue.text.split("\n"))
