"""What the readers of all formats share: cues that grow line by line, within limits, and errors that name the line."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from kinolog.common.errors import KinologError
from kinolog.common.subtitles.cue import Cue

MOST_CUES: Final = 100_000
LONGEST_TEXT_CHARACTERS: Final = 2_000
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


@dataclass(slots=True)
class Pile:
    """The cues that were read so far."""

    cues: list[Cue] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, line: int, start: float, end: float, text: str) -> None:
        """Raises SubtitlesRefused. A cue without text is left out."""
        if len(text) > LONGEST_TEXT_CHARACTERS:
            raise SubtitlesRefused(line, f"the text has more than {LONGEST_TEXT_CHARACTERS} characters")
        if len(self.cues) >= MOST_CUES:
            raise SubtitlesRefused(line, f"there are more than {MOST_CUES} cues")
        try:
            cue = Cue(start=start, end=end, text=text)
        except ValidationError as error:
            reason = "it ends before it starts" if end < start else str(error.errors()[0]["msg"])
            raise SubtitlesRefused(line, reason) from error
        if cue.text:
            self.cues.append(cue)
        else:
            self.left_out["empty"] += 1

    def read(self) -> Read:
        return Read(tuple(self.cues), dict(self.left_out))


@dataclass(frozen=True, slots=True)
class Block:
    """Lines between blank ones. `line` is the number of the first."""

    line: int
    lines: tuple[str, ...]


def blocks(text: str) -> Iterable[Block]:
    begun, lines = 1, list[str]()
    for number, line in enumerate([*re.split(r"\r\n|\r|\n", text), ""], start=1):
        if line.strip():
            begun = begun if lines else number
            lines.append(line)
        elif lines:
            yield Block(begun, tuple(lines))
            lines = []


def shown(line: str) -> str:
    return repr(line if len(line) <= _LONGEST_LINE_SHOWN else f"{line[:_LONGEST_LINE_SHOWN]}…")


def seconds_of(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    """`fraction` are the digits behind the mark, as many as there are."""
    return int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{seconds}.{fraction}")
