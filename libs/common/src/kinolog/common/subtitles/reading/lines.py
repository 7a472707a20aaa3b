"""What the readers of all formats share: cues that grow line by line, within limits, and errors that name the line."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from pydantic import ValidationError

from kinolog.common.errors import KinologError
from kinolog.common.subtitles.cue import LONGEST_TEXT_CHARACTERS, MOST_CUES, Cue, speakers
from kinolog.common.subtitles.spoken import Piece, spoken_text, words_of

MOST_CHARACTERS: Final = 16 * 1024 * 1024
LONGEST_MARKED_CHARACTERS: Final = 100_000
"""What one text may have with its markup, which is taken apart piece by piece."""

_LONGEST_LINE_SHOWN: Final = 60


class SubtitlesRefused(KinologError):
    """A file that is not taken: `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


@dataclass(frozen=True, slots=True)
class Read:
    """`left_out` tells how often the file said something that captions do not keep, such as `style`."""

    cues: tuple[Cue, ...]
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a file says in one cue: `line` is where. `is_timed` tells that the times of the pieces mean something."""

    line: int
    start: float
    end: float
    pieces: Sequence[Piece]
    is_timed: bool = False
    names: Sequence[str] = ()

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces)


@dataclass(slots=True)
class Pile:
    """The cues that were read so far. A lenient one leaves out what it would refuse, and counts it as `unclear`."""

    is_lenient: bool = False
    cues: list[Cue] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def refuse(self, line: int, reason: str) -> None:
        """Raises SubtitlesRefused, unless lenient."""
        if not self.is_lenient:
            raise SubtitlesRefused(line, reason)
        self.left_out["unclear"] += 1

    def takes(self, line: int, marked: str) -> bool:
        """Whether a text with its markup is short enough. Raises SubtitlesRefused."""
        if len(marked) > LONGEST_MARKED_CHARACTERS:
            self.refuse(line, f"the text has more than {LONGEST_MARKED_CHARACTERS} characters, markup included")
            return False
        return True

    def add(self, spoken: Spoken) -> None:
        """Raises SubtitlesRefused. A cue without text is left out."""
        text = spoken.text
        if len(self.cues) >= MOST_CUES:
            raise SubtitlesRefused(spoken.line, f"there are more than {MOST_CUES} cues")
        if len(text) > LONGEST_TEXT_CHARACTERS:
            return self.refuse(spoken.line, f"the text has more than {LONGEST_TEXT_CHARACTERS} characters")
        try:
            cue = Cue(start=spoken.start, end=spoken.end, text=text, speaker=speakers(spoken.names))
        except ValidationError as error:
            is_backwards = spoken.end < spoken.start
            reason = "it ends before it starts" if is_backwards else str(error.errors()[0]["msg"])
            return self.refuse(spoken.line, reason)
        if not cue.text:
            return self.leave_out("empty")
        self.cues.append(self._worded(cue, spoken.pieces) if spoken.is_timed else cue)

    def _worded(self, cue: Cue, pieces: Sequence[Piece]) -> Cue:
        worded = cue.model_copy(update={"words": words_of(pieces, cue.end)})
        if spoken_text(worded) is None:
            self.leave_out("word times")
            return cue
        return worded

    def leave_out(self, what: str, count: int = 1) -> None:
        if count:
            self.left_out[what] += count

    def read(self) -> Read:
        return Read(tuple(self.cues), dict(self.left_out))


@dataclass(frozen=True, slots=True)
class Block:
    """Lines between blank ones. `line` is the number of the first."""

    line: int
    lines: Sequence[str]


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """From 1, one at a time, since a file may be nothing but lines; each ends with LF, CR or both."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        yield number, line.removesuffix("\n")


def blocks(text: str) -> Iterator[Block]:
    begun, lines = 1, list[str]()
    for number, line in chain(numbered_lines(text), [(0, "")]):
        if line.strip():
            begun = begun if lines else number
            lines.append(line)
        elif lines:
            yield Block(begun, lines)
            lines = []


def shown(line: str) -> str:
    return repr(line if len(line) <= _LONGEST_LINE_SHOWN else f"{line[:_LONGEST_LINE_SHOWN]}…")


def seconds_of(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    """`fraction` are the digits behind the mark, three at most. The sum is the very number that has these digits."""
    return round(int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{seconds}.{fraction}"), 3)
