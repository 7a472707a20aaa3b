"""Dividing a film among cores, for work that needs every frame once and each piece's first ones twice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """From `start` up to `end`, in seconds; None is the film's own end, wherever that turns out to be."""

    start: float
    end: float | None

    def seconds_of(self, film_seconds: float) -> float:
        return (film_seconds if self.end is None else self.end) - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """At most `pieces`, each of at least `shortest_seconds`; each goes on for `overlap_seconds` into the next."""

    pieces: int
    shortest_seconds: float
    overlap_seconds: float

    def of(self, film_seconds: float) -> tuple[Segment, ...]:
        count = max(1, min(self.pieces, int(film_seconds / self.shortest_seconds)))
        starts = [film_seconds * number / count for number in range(count)]
        ends = [start + self.overlap_seconds for start in starts[1:]]
        return tuple(Segment(start=start, end=end) for start, end in zip(starts, (*ends, None), strict=True))
