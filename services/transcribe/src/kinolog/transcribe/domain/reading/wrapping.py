"""Lines for text that has no word times, such as a translation."""

from collections.abc import Iterator
from itertools import pairwise

from kinolog.transcribe.domain.reading.layout import Layout
from kinolog.transcribe.domain.reading.lines import lines_of
from kinolog.transcribe.domain.reading.particles import particles_of
from kinolog.transcribe.domain.reading.sense import break_cost
from kinolog.transcribe.domain.reading.units import is_unspaced, units_of
from kinolog.transcribe.domain.transcript import Segment, SpokenWord


def wrapped(text: str, layout: Layout, language: str) -> str:
    """Broken at the sense, into as few lines as hold it, be they more than the layout has."""
    units = list(units_of(Segment(words=tuple(_timeless(text))), layout))
    if not units:
        return ""
    particles = particles_of(language)
    costs = [0.0, *(break_cost(before, after, particles) for before, after in pairwise(units))]
    return "\n".join(lines_of(units, costs, layout))


def _timeless(text: str) -> Iterator[SpokenWord]:
    """Words with the space before them; where a script has none, signs, which `units` joins again where it must."""
    for word in text.split():
        pieces = list(word) if any(map(is_unspaced, word)) else [word]
        for space, piece in zip([" ", *[""] * (len(pieces) - 1)], pieces, strict=True):
            yield SpokenWord(text=f"{space}{piece}", start=0.0, end=0.0, probability=1.0)
