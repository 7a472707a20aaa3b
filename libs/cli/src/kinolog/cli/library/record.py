"""One object of a foreign JSON document, read field by field: what is wrong with a field is noted, at its place."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from kinolog.cli.library.moments import moment_of
from kinolog.common.web_url import checked_url

T = TypeVar("T")

LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 5_000
_MOST_UNREAD_NAMES: Final = 200
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_NUMBERS: Final = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` leads to it in the document, as `projects[3].videos[0].duration`."""

    place: str
    text: str


@dataclass(slots=True)
class Notes:
    """What a reader has to say of a document. `unread` counts the fields that nobody asked for, by their place;
    `lost_count` are the things that could not be taken at all.
    """

    now: datetime
    earliest_year: int
    problems: list[Problem] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    guessed_zones: int = 0
    lost_count: int = 0

    def problem(self, place: str, text: str) -> None:
        self.problems.append(Problem(place, text))

    def lose(self, place: str, text: str) -> None:
        self.lost_count += 1
        self.problem(place, f"{text}; it is left out")

    def leave(self, place: str) -> None:
        name = _NUMBERS.sub("[]", place)[:LONGEST_LINE]
        self.unread[name if name in self.unread or len(self.unread) < _MOST_UNREAD_NAMES else "(others)"] += 1


class Record:
    """Each method takes the names that a field may have, and returns None where there is none, or nothing useful."""

    def __init__(self, place: str, fields: dict[str, Any], notes: Notes) -> None:
        self.place = place
        self._fields = fields
        self._notes = notes
        self._read: set[str] = set()

    def key(self, *names: str) -> str | None:
        return self._field(names, _key)

    def line(self, *names: str) -> str | None:
        return self._field(names, self._line)

    def text(self, *names: str) -> str | None:
        return self._field(names, _text)

    def path(self, *names: str) -> str | None:
        return self._field(names, _path)

    def url(self, *names: str) -> str | None:
        return self._field(names, _url)

    def number(self, *names: str) -> float | None:
        return self._field(names, _number)

    def whole(self, *names: str) -> int | None:
        number = self.number(*names)
        return None if number is None else round(number)

    def sha256(self, *names: str) -> str | None:
        return self._field(names, _sha256)

    def flag(self, *names: str) -> bool:
        return bool(self._field(names, _flag))

    def moment(self, *names: str) -> datetime | None:
        return self._field(names, self._moment)

    def items(self, *names: str) -> Any:
        """The value as it is."""
        return self._field(names, lambda value: value)

    def finish(self) -> None:
        """Note what nobody has asked for."""
        for name in sorted(self._fields.keys() - self._read):
            self._notes.leave(self._at(name))

    def problem(self, text: str) -> None:
        self._notes.problem(self.place, text)

    def lose(self, text: str) -> None:
        self._notes.lose(self.place, text)

    def _field(self, names: tuple[str, ...], read: Callable[[Any], T | None]) -> T | None:
        """The first that says anything; the others are another way to say the same."""
        self._read |= set(names)
        for name in names:
            if self._fields.get(name) in (None, ""):
                continue
            try:
                return read(self._fields[name])
            except ValueError as error:
                self._notes.problem(self._at(name), f"{error}; it is left out")
        return None

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def _line(self, value: Any) -> str | None:
        text = _string(value)
        plain = " ".join(_without_control(text).split())[:LONGEST_LINE].strip()
        if plain != unicodedata.normalize("NFC", text.strip()):
            self.problem(f"{text[:LONGEST_LINE]!r} becomes one plain line of {LONGEST_LINE} characters at most")
        return plain or None

    def _moment(self, value: Any) -> datetime:
        moment, is_guess = moment_of(value, earliest_year=self._notes.earliest_year, now=self._notes.now)
        self._notes.guessed_zones += is_guess
        return moment


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _key(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _string(value)
    if not 1 <= len(text) <= LONGEST_LINE or not text.isprintable():
        raise ValueError(f"must be a number, or a plain line of at most {LONGEST_LINE} characters")
    return text


def _text(value: Any) -> str | None:
    lines = (_without_control(line.replace("\t", " ")) for line in _string(value).splitlines())
    return "\n".join(lines).strip()[:LONGEST_TEXT] or None


def _path(value: Any) -> str:
    text = _string(value)
    if len(text) > 4_096 or "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must be the path of a file")
    return text


def _url(value: Any) -> str:
    return checked_url(_string(value).strip())


def _number(value: Any) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not 0 <= number < 2**63:
        raise ValueError("must be a number, zero or more")
    return number


def _sha256(value: Any) -> str:
    if not _SHA256.fullmatch(_string(value)):
        raise ValueError("must be a SHA-256 in 64 hexadecimal digits")
    return str(value).lower()


def _flag(value: Any) -> bool:
    if not isinstance(value, int) or value not in (0, 1):
        raise ValueError("must be true or false")
    return bool(value)


def _without_control(text: str) -> str:
    plain = (" " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character for character in text)
    return unicodedata.normalize("NFC", "".join(plain))
