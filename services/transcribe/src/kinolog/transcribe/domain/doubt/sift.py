"""All rules, one after the other: each sees what the ones before it have kept."""

from collections.abc import Iterable
from typing import Final

from kinolog.transcribe.domain.doubt.hurried import without_impossible_speed
from kinolog.transcribe.domain.doubt.overlapping import without_overlapping
from kinolog.transcribe.domain.doubt.repeated import without_loops, without_repeated_lines
from kinolog.transcribe.domain.doubt.rules import DroppedStretch, Rules, Sifted
from kinolog.transcribe.domain.doubt.silent import without_speech_of_nobody
from kinolog.transcribe.domain.transcript import Segment

# What was heard twice is no repetition, and a loop, which is often crammed too, keeps its first time.
STEPS: Final = (
    without_overlapping,
    without_speech_of_nobody,
    without_repeated_lines,
    without_loops,
    without_impossible_speed,
)


def sift(segments: Iterable[Segment], rules: Rules) -> Sifted:
    """Of segments in order of time. What is dropped is in order of time, too."""
    kept, dropped = tuple(segment for segment in segments if segment.words), list[DroppedStretch]()
    for step in STEPS:
        sifted = step(kept, rules)
        kept = sifted.kept
        dropped += sifted.dropped
    return Sifted(kept, tuple(sorted(dropped, key=lambda stretch: (stretch.start, stretch.end))))
