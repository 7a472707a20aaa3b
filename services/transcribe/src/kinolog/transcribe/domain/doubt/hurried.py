"""Text that nobody could say in the time it takes."""

from collections.abc import Sequence

from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.doubt.rules import Rules, Sifted, parted
from kinolog.transcribe.domain.transcript import Segment


def without_impossible_speed(segments: Sequence[Segment], rules: Rules) -> Sifted:
    """Short lines are left alone: their times are too rough to tell."""
    return parted(segments, lambda segment: _is_too_fast(segment, rules), "too_fast")


def _is_too_fast(segment: Segment, rules: Rules) -> bool:
    columns = columns_of(segment.text)
    seconds = max(word.end for word in segment.words) - segment.start
    return columns >= rules.characters and columns > rules.characters_per_second * seconds
