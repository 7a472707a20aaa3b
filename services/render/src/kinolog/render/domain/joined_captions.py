"""Captions of films that were joined: one text for each language, each part of it at the moments of its film."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from kinolog.common.subtitles import Cue, Word
from kinolog.render.domain.retime import retimed

Placed: TypeAlias = tuple[float, float, Sequence[Cue]]
"""When a film begins and ends in the joined one, in seconds, and its cues."""


def joined_cues(parts: Sequence[Placed]) -> tuple[Cue, ...]:
    """Cues that go on beyond the end of their film end with it."""
    return tuple(cue for start, end, cues in parts for cue in _moved(retimed(cues, ((0.0, end - start),)), start))


def _moved(cues: Sequence[Cue], seconds: float) -> Iterator[Cue]:
    for cue in cues:
        words = tuple(word.model_copy(update=_moments(word, seconds)) for word in cue.words)
        yield cue.model_copy(update={**_moments(cue, seconds), "words": words})


def _moments(timed: Cue | Word, seconds: float) -> dict[str, float]:
    return {"start": round(timed.start + seconds, 6), "end": round(timed.end + seconds, 6)}
