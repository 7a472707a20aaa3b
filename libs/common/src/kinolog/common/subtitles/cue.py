"""A cue: the text that stands in the picture from one moment to another, and the words it is made of."""

import unicodedata
from collections.abc import Iterable
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kinolog.common.fields import Seconds

WORD_JOINER: Final = "\u2060"
"""Invisible and without width. Put between two characters, it keeps them from meaning something together."""

MOST_CUES: Final = 100_000
LONGEST_TEXT_CHARACTERS: Final = 2_000
LONGEST_SPEAKER_CHARACTERS: Final = 100

Probability = Annotated[float, Field(ge=0, le=1)]


def clean_text(text: str) -> str:
    """Lines without blank ones, of characters that every subtitle format can carry.

    A blank line ends a cue in SRT and VTT, and NUL or half a surrogate pair makes a file unreadable.
    """
    lines = (_clean_line(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _clean_line(line: str) -> str:
    kept = line.replace("\t", " ")
    if not kept.isprintable():
        kept = "".join(character for character in kept if unicodedata.category(character) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", kept).strip()


def one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _speaker(name: str | None) -> str | None:
    clean = one_line(name or "")
    if len(clean) > LONGEST_SPEAKER_CHARACTERS:
        raise ValueError(f"must have {LONGEST_SPEAKER_CHARACTERS} characters at most")
    return clean or None


def speakers(names: Iterable[str | None]) -> str | None:
    """Those who speak in one cue as its speaker, each once: as much of it as there is room for."""
    short = (one_line((name or "")[: 2 * LONGEST_SPEAKER_CHARACTERS]) for name in names)
    several = ", ".join(dict.fromkeys(name for name in short if name))
    if len(several) > LONGEST_SPEAKER_CHARACTERS:
        several = several[:LONGEST_SPEAKER_CHARACTERS].rstrip(" ,")
    return several or None


CueText = Annotated[str, AfterValidator(clean_text)]
Speaker = Annotated[str | None, AfterValidator(_speaker)]


class Timed(BaseModel):
    """Something that lasts from `start` to `end`, in seconds of the video."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    start: Seconds
    end: Seconds

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end < self.start:
            raise ValueError("end must not be before start")
        return self


class Word(Timed):
    """`probability` is how sure the model was; None where no model heard it, as in a file that somebody brought."""

    text: CueText
    probability: Probability | None = None


class Cue(Timed):
    """`text` is plain: what looks like markup is meant literally. `words` is empty where nobody timed them."""

    text: CueText
    words: tuple[Word, ...] = ()
    speaker: Speaker = None
