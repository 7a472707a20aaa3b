"""What people do to a caption's cues. Each edit is plain data that knows how to be applied, and refuses what cannot be.

`cue` is a place in the list, from 0, as the edits before it left it. Words keep their times where that is possible.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from kinolog.common.errors import Refused
from kinolog.common.fields import Request, Seconds
from kinolog.common.subtitles.cue import (
    LONGEST_TEXT_CHARACTERS,
    MOST_CUES,
    Cue,
    Speaker,
    Timed,
    Word,
    clean_text,
    speakers,
)

MOST_EDITS: Final = 1_000
MOST_TOUCHED: Final = 2_000_000
"""Edits that go through all cues may come to that many cues in one request."""

_FURTHEST_SHIFT_SECONDS: Final = 1_000_000.0

_Place = Annotated[int, Field(ge=0, le=1_000_000)]
_Count = Annotated[int, Field(ge=1, le=1_000_000)]
_Text = Annotated[str, Field(max_length=LONGEST_TEXT_CHARACTERS), AfterValidator(clean_text)]
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
        return _with(cues, self.cue, cue.model_copy(update={"start": start, "end": end, "words": words}))


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
        before, after = (cue.words[:count], cue.words[count:]) if are_timed else ((), ())
        halves = (
            _part(cue, cue.start, self.at, tokens[:count], before),
            _part(cue, self.at, cue.end, tokens[count:], after),
        )
        return [*cues[: self.cue], *halves, *cues[self.cue + 1 :]]

    def _count_before(self, cue: Cue, count: int) -> int:
        if count == len(cue.words):
            return sum(word.start + word.end < 2 * self.at for word in cue.words)
        return round(count * (self.at - cue.start) / (cue.end - cue.start))


class MergeCues(Request):
    """Where several people speak, all of them are the speaker of the whole."""

    op: Literal["merge"]
    cue: _Place
    count: Annotated[int, Field(ge=2, le=100)] = 2

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        merged = _several(cues, self.cue, self.count)
        words = tuple(word for each in merged for word in each.words) if all(each.words for each in merged) else ()
        whole = Cue(
            start=min(each.start for each in merged),
            end=max(each.end for each in merged),
            text=_short("\n".join(each.text for each in merged), "count"),
            words=words,
            speaker=speakers(each.speaker for each in merged),
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
        words = tuple(word.model_copy(update=self._moments(word)) for word in cue.words)
        return cue.model_copy(update={**self._moments(cue), "words": words})

    def _moments(self, timed: Timed) -> dict[str, float]:
        return {"start": timed.start + self.seconds, "end": timed.end + self.seconds}


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
        return cue if text == cue.text else _worded(cue, _short(clean_text(text), "text"))


class SetSpeaker(Request):
    """Of one cue, or of `count` from that one on; null where nobody in particular speaks."""

    op: Literal["speaker"]
    cue: _Place
    count: _Count = 1
    speaker: Speaker

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        said = [cue.model_copy(update={"speaker": self.speaker}) for cue in _several(cues, self.cue, self.count)]
        return [*cues[: self.cue], *said, *cues[self.cue + self.count :]]


class InsertCue(Request):
    op: Literal["insert"]
    start: Seconds
    end: Seconds
    text: _Text
    speaker: Speaker = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "InsertCue":
        if self.end < self.start:
            raise ValueError("end must not be before start")
        return self

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        return [*cues, Cue(start=self.start, end=self.end, text=self.text, speaker=self.speaker)]


class DeleteCues(Request):
    op: Literal["delete"]
    cue: _Place
    count: _Count = 1

    def applied(self, cues: Sequence[Cue]) -> list[Cue]:
        _several(cues, self.cue, self.count)
        return [*cues[: self.cue], *cues[self.cue + self.count :]]


CueEdit = Annotated[
    SetText | SetTimes | SplitCue | MergeCues | ShiftCues | ReplaceText | SetSpeaker | InsertCue | DeleteCues,
    Field(discriminator="op"),
]


def edited(cues: Sequence[Cue], edits: Sequence[CueEdit]) -> tuple[Cue, ...]:
    """The cues after all edits, one after the other, then in order of time. Raises Refused, naming the edit."""
    _refuse_endless(cues, edits)
    changed = list(cues)
    for number, edit in enumerate(edits):
        try:
            changed = edit.applied(changed)
        except Refused as error:
            raise Refused(error.code, error.message, field=f"edits/{number}/{error.field}") from error
    if len(changed) > max(MOST_CUES, len(cues)):
        raise _refused("edits", f"a caption has {MOST_CUES} cues at most")
    return tuple(sorted(changed, key=lambda cue: (cue.start, cue.end)))


def _refuse_endless(cues: Sequence[Cue], edits: Sequence[CueEdit]) -> None:
    touched = sum(min(_reach(edit, len(cues)), len(cues)) for edit in edits)
    if touched > MOST_TOUCHED:
        raise _refused("edits", f"they change {touched} cues: send them in several requests, of {MOST_TOUCHED} at most")


def _reach(edit: CueEdit, cue_count: int) -> int:
    match edit:
        case ShiftCues() | ReplaceText():
            return cue_count
        case SetSpeaker() | MergeCues() | DeleteCues():
            return edit.count
    return 1


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
    are_as_many = len(tokens) == len(cue.words)
    again = zip(cue.words, tokens, strict=False) if are_as_many else ()
    words = tuple(word.model_copy(update={"text": token}) for word, token in again)
    return cue.model_copy(update={"text": text, "words": words})


def _part(cue: Cue, start: float, end: float, tokens: Sequence[str], words: Sequence[Word]) -> Cue:
    drawn = tuple(_drawn(word, start, end) for word in words)
    return cue.model_copy(update={"start": start, "end": end, "text": " ".join(tokens), "words": drawn})


def _drawn(word: Word, start: float, end: float) -> Word:
    moments = {"start": min(max(word.start, start), end), "end": min(max(word.end, start), end)}
    return word.model_copy(update=moments)


def _short(text: str, field: str) -> str:
    if len(text) > LONGEST_TEXT_CHARACTERS:
        raise _refused(field, f"the text of a cue would have more than {LONGEST_TEXT_CHARACTERS} characters")
    return text


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
