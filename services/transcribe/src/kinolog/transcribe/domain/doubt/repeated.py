"""Loops: a model that has lost its way says the same line or phrase until its window is full.

The first time may well be true, and stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.doubt.likeness import line_key, word_key
from kinolog.transcribe.domain.doubt.loops import Loop, loops_in
from kinolog.transcribe.domain.doubt.rules import DroppedStretch, Rules, Sifted, dropped
from kinolog.transcribe.domain.transcript import Segment, SpokenWord


def without_repeated_lines(segments: Sequence[Segment], rules: Rules) -> Sifted:
    again = {
        first + place
        for first, after in _rows(segments, rules.gap_seconds)
        for place in _places_of_loops(segments[first:after], rules)
    }
    kept = (segment for place, segment in enumerate(segments) if place not in again)
    return Sifted(tuple(kept), tuple(dropped(segments[place].words, "repeated") for place in sorted(again)))


def without_loops(segments: Sequence[Segment], rules: Rules) -> Sifted:
    """Of phrases within a segment, which loses the repetitions and keeps the rest."""
    sifted = [_without_loops_in(segment, rules) for segment in segments]
    return Sifted(
        tuple(segment for each in sifted for segment in each.kept),
        tuple(stretch for each in sifted for stretch in each.dropped),
    )


def _rows(segments: Sequence[Segment], gap_seconds: float) -> Iterator[tuple[int, int]]:
    """Segments without a pause between them."""
    gaps = (
        place for place, (before, after) in enumerate(pairwise(segments), 1) if after.start - before.end > gap_seconds
    )
    yield from pairwise([0, *gaps, len(segments)])


def _places_of_loops(row: Sequence[Segment], rules: Rules) -> Iterator[int]:
    for loop in loops_in([line_key(segment) for segment in row], rules.phrase_lines, rules.repeats):
        said = row[loop.first : loop.after]
        if _is_invented(loop, [word for segment in said for word in segment.words], said, rules):
            yield from range(loop.second, loop.after)


def _without_loops_in(segment: Segment, rules: Rules) -> Sifted:
    words, kept, stretches, done = segment.words, list[SpokenWord](), list[DroppedStretch](), 0
    for loop in loops_in([word_key(word) for word in words], rules.phrase_words, rules.repeats):
        is_long = loop.after - loop.first >= rules.loop_words
        if is_long and _is_invented(loop, words[loop.first : loop.after], [segment], rules):
            stretches.append(dropped(words[loop.second : loop.after], "repeated"))
            kept += words[done : loop.second]
            done = loop.after
    return Sifted((replace(segment, words=(*kept, *words[done:])),), tuple(stretches))


def _is_invented(loop: Loop, words: Sequence[SpokenWord], segments: Sequence[Segment], rules: Rules) -> bool:
    return (
        _are_crammed(words, rules)
        or all(segment.average_log_probability <= rules.unsure_log_probability for segment in segments)
        or _is_endless(loop, words, segments, rules)
    )


def _is_endless(loop: Loop, words: Sequence[SpokenWord], segments: Sequence[Segment], rules: Rules) -> bool:
    is_long = loop.times >= rules.sure_repeats and len(words) >= rules.sure_words
    return is_long and all(segment.compression_ratio >= rules.compression_ratio for segment in segments)


def _are_crammed(words: Sequence[SpokenWord], rules: Rules) -> bool:
    columns = sum(columns_of(word.text) for word in words)
    return columns > rules.crammed_characters_per_second * (words[-1].end - words[0].start)
