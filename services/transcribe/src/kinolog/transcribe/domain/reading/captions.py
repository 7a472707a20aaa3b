"""From segments to captions. Words keep their exact times; all that ever moves is the end of a caption."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import floor, inf

from kinolog.common.subtitles import Cue, Word
from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.reading.cuts import Run, cuts, run_of
from kinolog.transcribe.domain.reading.layout import Layout
from kinolog.transcribe.domain.reading.lines import lines_of
from kinolog.transcribe.domain.reading.particles import particles_of
from kinolog.transcribe.domain.reading.sense import ends_sentence, goes_on
from kinolog.transcribe.domain.reading.units import Unit, line_of, units_of
from kinolog.transcribe.domain.transcript import Segment, SpokenWord


def cues_of(
    segments: Iterable[Segment],
    layout: Layout,
    *,
    with_words: bool,
    language: str = "und",
    until: float = inf,
) -> tuple[Cue, ...]:
    """Captions in order of time, of all that was said: no word is dropped or cut.

    No caption spans two segments, unless the sentence visibly goes on. One that is too short to be read in time lasts
    into the silence after it, though no longer than `until`, the end of the video. `language` is that of the text.
    """
    units = [unit for segment in _in_order(segments) for unit in units_of(segment, layout)]
    drafts = [draft for run in _runs(units, layout, language) for draft in _drafts(run, layout)]
    drafts.sort(key=lambda draft: (draft.start, draft.end))
    followed_at = chain((draft.start for draft in drafts[1:]), (until + layout.min_gap_seconds,))
    return tuple(
        _cue(draft, _shown_until(draft, following, layout), with_words=with_words)
        for draft, following in zip(drafts, followed_at, strict=False)
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    lines: Sequence[str]
    words: Sequence[SpokenWord]
    start: float
    end: float
    columns: int


def _in_order(segments: Iterable[Segment]) -> list[Segment]:
    return sorted((segment for segment in segments if segment.words), key=lambda segment: segment.start)


def _runs(units: Sequence[Unit], layout: Layout, language: str) -> Iterator[Run]:
    starts = [place for place, pair in enumerate(pairwise(units), 1) if _parts(*pair, layout)]
    particles = particles_of(language)
    for first, after in pairwise([0, *starts, len(units)]):
        followed_at = units[after].start if after < len(units) else inf
        if first < after:
            yield run_of(units[first:after], followed_at, particles)


def _parts(before: Unit, after: Unit, layout: Layout) -> bool:
    """Whether these two never stand in one caption."""
    if after.start - before.end >= layout.pause_seconds or after.start < before.start:
        return True
    return after.begins_segment and (ends_sentence(before, after) or not goes_on(after))


def _drafts(run: Run, layout: Layout) -> Iterator[_Draft]:
    for first, after in cuts(run, layout):
        units = run.units[first:after]
        yield _Draft(
            lines=lines_of(units, run.break_costs[first:after], layout),
            words=[word for unit in units for word in unit.words],
            start=units[0].start,
            end=max(unit.end for unit in units),
            columns=columns_of(line_of(units)),
        )


def _shown_until(draft: _Draft, followed_at: float, layout: Layout) -> float:
    """In whole milliseconds where it is not the end of a word."""
    moment = layout.last_moment(draft.start, draft.end, draft.columns, followed_at)
    return max(draft.end, floor(moment * 1000 + 1e-3) / 1000)


def _cue(draft: _Draft, end: float, *, with_words: bool) -> Cue:
    return Cue(
        start=draft.start,
        end=end,
        text="\n".join(draft.lines),
        words=tuple(_timed(word) for word in draft.words) if with_words else (),
    )


def _timed(word: SpokenWord) -> Word:
    return Word(text=word.text, start=word.start, end=word.end, probability=word.probability)
