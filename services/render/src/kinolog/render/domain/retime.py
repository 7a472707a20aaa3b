"""Captions of a film that was cut: what is said in the parts that are left, at the moments it is said there now."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, TypeAlias, TypeVar

from kinolog.common.subtitles import Cue, Word
from kinolog.common.subtitles.cue import Timed
from kinolog.common.subtitles.scripts import joined
from kinolog.common.subtitles.spoken import spoken_text

Seconds: TypeAlias = tuple[float, float]
"""From a moment of the film up to and without another."""

T = TypeVar("T", bound=Timed)

# A caption that flashes by for less than a frame or two is read by nobody.
SHORTEST_CUE_SECONDS: Final = 0.08
_DECIMALS: Final = 6


def retimed(cues: Sequence[Cue], windows: Sequence[Seconds]) -> tuple[Cue, ...]:
    """The cues of a film of which only these windows are left, one right after the other.

    Windows rise and do not overlap. A cue that a cut goes through is cut there, and says in each part the words of that
    part, where its words are timed, and else all of its text. A cue that goes on right over a cut stays one.
    """
    offsets = accumulate((end - start for start, end in windows), initial=0.0)
    placed = zip(windows, offsets, strict=False)
    parts = [part for (start, end), offset in placed for part in _parts(cues, start, end, offset)]
    return tuple(_rejoined(parts))


def _parts(cues: Sequence[Cue], start: float, end: float, offset: float) -> Iterator[tuple[int, Cue]]:
    """Each with the number of the cue that it is a part of."""
    for number, cue in enumerate(cues):
        part = _clipped(cue, start, end, offset)
        if part is not None and (text := _text_of(cue, start, end)):
            words = tuple(word for each in cue.words if (word := _word_in(each, start, end, offset)) is not None)
            yield number, part.model_copy(update={"text": text, "words": words})


def _clipped(timed: T, start: float, end: float, offset: float) -> T | None:
    begin, finish = max(timed.start, start), min(timed.end, end)
    if finish - begin < min(SHORTEST_CUE_SECONDS, timed.end - timed.start) or finish < begin:
        return None
    moments = {"start": round(begin - start + offset, _DECIMALS), "end": round(finish - start + offset, _DECIMALS)}
    return timed.model_copy(update=moments)


def _text_of(cue: Cue, start: float, end: float) -> str:
    """Written as it was, with its lines and without blanks in languages that have none, where the words are its own."""
    is_whole = start <= cue.start and cue.end <= end
    if is_whole or not cue.words:
        return cue.text
    parts = spoken_text(cue)
    if parts is None:
        return joined(word.text for word in cue.words if _is_said_in(word, start, end))
    return "".join(part for part, word in zip(parts, cue.words, strict=True) if _is_said_in(word, start, end)).strip()


def _word_in(word: Word, start: float, end: float, offset: float) -> Word | None:
    if not _is_said_in(word, start, end):
        return None
    begin, finish = max(word.start, start), min(word.end, end)
    moments = {"start": round(begin - start + offset, _DECIMALS), "end": round(finish - start + offset, _DECIMALS)}
    return word.model_copy(update=moments)


def _is_said_in(word: Word, start: float, end: float) -> bool:
    """A word belongs to the part that has its middle, so that none is said twice."""
    return start <= (word.start + word.end) / 2 < end


def _rejoined(parts: Sequence[tuple[int, Cue]]) -> list[Cue]:
    """Parts of one cue that have come to follow each other without a gap are one again."""
    joined: list[Cue] = []
    places: dict[int, int] = {}
    for number, cue in parts:
        place = places.get(number)
        if place is not None and joined[place].end == cue.start:
            joined[place] = _as_one(joined[place], cue)
        else:
            places[number] = len(joined)
            joined.append(cue)
    return joined


def _as_one(first: Cue, second: Cue) -> Cue:
    text = joined([first.text, second.text]) if first.words or second.words else first.text
    return first.model_copy(update={"end": second.end, "text": text, "words": (*first.words, *second.words)})
