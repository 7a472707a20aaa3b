"""What people do to a caption's cues. Each edit is plain data that knows how to be applied, and refuses what cannot be.

`cue` is a place in the list, from 0, as the edits before it left it. Words keep their times where that is possible.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from kinolog.common.errors import Refused
from kinolog.common.fields import Request, Seconds
from kinolog.common.subtitles.cue import Cue, Word, clean_text

MOST_EDITS: Final = 1_000
_FURTHEST_SHIFT_SECONDS: Final = 1_000_000.0

_Place = Annotated[int, Field(ge=0, le=1_000_000)]
_Count = Annotated[int, Field(ge=1, le=1_000_000)]
_Text = Annotated[str, Field(max_length=2_000), AfterValidator(clean_text)]
_Phrase = Annotated[str, Field(max_length=200)]


class SetText(Request):
    op: Literal["text"]
    cue: _Place
    text: _Text

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        return _with(cues, self.cue, _worded(_at(cues, self.cue), self.text))


class SetTimes(Request):
    """Words outside the new times are drawn to them."""

    op: Literal["time"]
    cue: _Place
    start: Seconds | None = None
    end: Seconds | None = None

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        cue = _at(cues, self.cue)
        start, end = _or(self.start, cue.start), _or(self.end, cue.end)
        if end < start:
            raise _refused("end", f"the cue would end at {end:g} s, before it starts at {start:g} s")
        words = tuple(_drawn(word, start, end) for word in cue.words)
        return _with(cues, self.cue, Cue(start=start, end=end, text=cue.text, words=words))


class SplitCue(Request):
    """Where words have no times, the text is shared out by time, between words."""

    op: Literal["split"]
    cue: _Place
    at: Seconds

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        cue = _at(cues, self.cue)
        if not cue.start < self.at < cue.end:
            raise _refused("at", f"it must be between {cue.start:g} and {cue.end:g} s, where the cue is")
        tokens = cue.text.split()
        if len(tokens) < 2:
            raise _refused("cue", "a cue of one word cannot be split")
        count = min(max(1, self._count_before(cue, len(tokens))), len(tokens) - 1)
        are_timed = len(tokens) == len(cue.words)
        halves = (
            Cue(
                start=cue.start,
                end=self.at,
                text=" ".join(tokens[:count]),
                words=tuple(_drawn(word, cue.start, self.at) for word in cue.words[:count]) if are_timed else (),
            ),
            Cue(
                start=self.at,
                end=cue.end,
                text=" ".join(tokens[count:]),
                words=tuple(_drawn(word, self.at, cue.end) for word in cue.words[count:]) if are_timed else (),
            ),
        )
        return [*cues[: self.cue], *halves, *cues[self.cue + 1 :]]

    def _count_before(self, cue: Cue, count: int) -> int:
        if count == len(cue.words):
            return sum(word.start + word.end < 2 * self.at for word in cue.words)
        return round(count * (self.at - cue.start) / (cue.end - cue.start))


class MergeCues(Request):
    op: Literal["merge"]
    cue: _Place
    count: Annotated[int, Field(ge=2, le=100)] = 2

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        merged = _several(cues, self.cue, self.count)
        words = tuple(word for each in merged for word in each.words) if all(each.words for each in merged) else ()
        whole = Cue(
            start=min(each.start for each in merged),
            end=max(each.end for each in merged),
            text="\n".join(each.text for each in merged),
            words=words,
        )
        return [*cues[: self.cue], whole, *cues[self.cue + self.count :]]


class ShiftCues(Request):
    """Those from the place `first` up to and without `end`, all by default; earlier where `seconds` is negative."""

    op: Literal["shift"]
    seconds: Annotated[float, Field(ge=-_FURTHEST_SHIFT_SECONDS, le=_FURTHEST_SHIFT_SECONDS)]
    first: _Place = 0
    end: _Place | None = None

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        end = len(cues) if self.end is None else min(self.end, len(cues))
        shifted = [self._shifted(cue) for cue in cues[self.first : end]]
        return [*cues[: self.first], *shifted, *cues[max(self.first, end) :]]

    def _shifted(self, cue: Cue) -> Cue:
        if not 0 <= cue.start + self.seconds <= _FURTHEST_SHIFT_SECONDS - (cue.end - cue.start):
            raise _refused("seconds", f"the cue at {cue.start:g} s would not be within the video any more")
        words = tuple(
            Word(
                start=word.start + self.seconds,
                end=word.end + self.seconds,
                text=word.text,
                probability=word.probability,
            )
            for word in cue.words
        )
        return Cue(start=cue.start + self.seconds, end=cue.end + self.seconds, text=cue.text, words=words)


class ReplaceText(Request):
    """Find and replace in all cues, literally. It is no error that nothing is found."""

    op: Literal["replace"]
    find: Annotated[_Phrase, Field(min_length=1)]
    text: _Phrase
    match_case: bool = False
    whole_words: bool = False

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        wanted = rf"(?<!\w){re.escape(self.find)}(?!\w)" if self.whole_words else re.escape(self.find)
        pattern = re.compile(wanted, 0 if self.match_case else re.IGNORECASE)
        return [self._replaced(pattern, cue) for cue in cues]

    def _replaced(self, pattern: re.Pattern[str], cue: Cue) -> Cue:
        text = pattern.sub(lambda _: self.text, cue.text)
        return cue if text == cue.text else _worded(cue, clean_text(text))


class InsertCue(Request):
    op: Literal["insert"]
    start: Seconds
    end: Seconds
    text: _Text

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "InsertCue":
        if self.end < self.start:
            raise ValueError("end must not be before start")
        return self

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        return [*cues, Cue(start=self.start, end=self.end, text=self.text)]


class DeleteCues(Request):
    op: Literal["delete"]
    cue: _Place
    count: _Count = 1

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        _several(cues, self.cue, self.count)
        return [*cues[: self.cue], *cues[self.cue + self.count :]]


CueEdit = Annotated[
    SetText | SetTimes | SplitCue | MergeCues | ShiftCues | ReplaceText | InsertCue | DeleteCues,
    Field(discriminator="op"),
]


def edited(cues: Sequence[Cue], edits: Sequence[CueEdit]) -> tuple[Cue, ...]:
    """The cues after all edits, one after the other, then in order of time. Raises Refused, naming the edit."""
    changed = list(cues)
    for number, edit in enumerate(edits):
        try:
            changed = edit.applied(changed)
        except Refused as error:
            raise Refused(error.code, error.message, field=f"edits/{number}/{error.field}") from error
    return tuple(sorted(changed, key=lambda cue: (cue.start, cue.end)))


def _refused(field: str, message: str) -> Refused:
    return Refused("validation", message, field=field)


def _at(cues: Sequence[Cue], place: int) -> Cue:
    return _several(cues, place, 1)[0]


def _several(cues: Sequence[Cue], place: int, count: int) -> Sequence[Cue]:
    found = cues[place : place + count]
    if len(found) < count:
        raise _refused("cue", f"there are {len(cues)} cues, counted from 0")
    return found


def _with(cues: Sequence[Cue], place: int, cue: Cue) -> list[Cue]:
    return [*cues[:place], cue, *cues[place + 1 :]]


def _worded(cue: Cue, text: str) -> Cue:
    """As many words as before are taken for the same ones, spelled otherwise."""
    tokens = text.split()
    words = tuple(
        Word(start=word.start, end=word.end, text=token, probability=word.probability)
        for word, token in zip(cue.words, tokens, strict=False)
    )
    return Cue(start=cue.start, end=cue.end, text=text, words=words if len(tokens) == len(cue.words) else ())


def _drawn(word: Word, start: float, end: float) -> Word:
    return Word(
        start=min(max(word.start, start), end),
        end=min(max(word.end, start), end),
        text=word.text,
        probability=word.probability,
    )


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
