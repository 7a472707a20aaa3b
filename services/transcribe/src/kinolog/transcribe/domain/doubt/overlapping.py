"""The same speech heard twice, where one piece of sound ends and the next begins."""

from collections.abc import Sequence
from typing import Final

from kinolog.transcribe.domain.doubt.likeness import line_key
from kinolog.transcribe.domain.doubt.rules import DroppedStretch, Rules, Sifted, dropped
from kinolog.transcribe.domain.transcript import Segment

NEIGHBOURS: Final = 4
"""Segments come in order of time: whatever overlaps one is near it."""


def without_overlapping(segments: Sequence[Segment], rules: Rules) -> Sifted:
    kept, stretches = list[Segment](), list[DroppedStretch]()
    for segment in segments:
        if any(_is_said_within(segment, other, rules) for other in kept[-NEIGHBOURS:]):
            stretches.append(dropped(segment.words, "overlapping"))
            continue
        for other in [other for other in kept[-NEIGHBOURS:] if _is_said_within(other, segment, rules)]:
            kept.remove(other)
            stretches.append(dropped(other.words, "overlapping"))
        kept.append(segment)
    return Sifted(tuple(kept), tuple(stretches))


def _is_said_within(segment: Segment, other: Segment, rules: Rules) -> bool:
    return (
        segment.start >= other.start - rules.overlap_seconds
        and segment.end <= other.end + rules.overlap_seconds
        and line_key(segment) in line_key(other)
    )
