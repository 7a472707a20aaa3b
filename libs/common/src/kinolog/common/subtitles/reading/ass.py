"""Reading the dialogue of ASS and SSA: who says what, and when each word of a karaoke.

All other overrides, drawings, fonts and effects are left out, and counted: nothing that a stranger's script says is
ever given to libass.
"""

import re
from collections.abc import Iterator
from typing import Final

from kinolog.common.subtitles.cue import WORD_JOINER
from kinolog.common.subtitles.reading.lines import Pile, Spoken, SubtitlesRefused, numbered_lines, seconds_of, shown
from kinolog.common.subtitles.spoken import Piece

_USUAL_FIELDS: Final[tuple[str, ...]] = (
    "layer",
    "start",
    "end",
    "style",
    "name",
    "marginl",
    "marginr",
    "marginv",
    "effect",
    "text",
)
_MOST_FIELDS: Final = 50
_MOMENT: Final = re.compile(r"\s*(\d{1,4}):(\d{1,2}):(\d{2})[.:](\d{1,3})\s*")
_OVERRIDES: Final = re.compile(r"(?<!\\)\{([^{}]*)\}")
_DRAWING: Final = re.compile(r"\\p[1-9]")
_HIDING: Final = r"\alpha&HFF&"
_KARAOKE: Final = re.compile(r"\\[kK][fo]?(\d{1,6})")
_ESCAPE: Final = re.compile(r"\\[Nnh{}]")
_ESCAPED: Final = {r"\N": "\n", r"\n": " ", r"\h": " ", r"\{": "{", r"\}": "}"}
_ATTACHED: Final = {("[fonts]", "fontname"): "font", ("[graphics]", "filename"): "picture"}


def read_ass(text: str, pile: Pile) -> None:
    """Raises SubtitlesRefused."""
    section, fields = "", _USUAL_FIELDS
    for number, line in numbered_lines(text):
        name, _, value = line.partition(":")
        if line.startswith("["):
            section = line.strip().lower()
        elif attached := _ATTACHED.get((section, name)):
            pile.leave_out(attached)
        elif section != "[events]":
            continue
        elif name == "Format":
            fields = _fields(value, number)
        elif name == "Dialogue":
            _add(pile, number, dict(zip(fields, value.split(",", len(fields) - 1), strict=False)), line)
        elif line.strip():
            pile.leave_out("comment")


def _fields(value: str, number: int) -> tuple[str, ...]:
    fields = tuple(part.strip().lower() for part in value.split(",", _MOST_FIELDS))
    if not {"start", "end"} <= set(fields) or fields[-1] != "text":
        raise SubtitlesRefused(number, "the Format of [Events] must name Start and End, and Text as the last")
    return fields


def _add(pile: Pile, number: int, parts: dict[str, str], line: str) -> None:
    start, end = _MOMENT.fullmatch(parts.get("start", "")), _MOMENT.fullmatch(parts.get("end", ""))
    if start is None or end is None or "text" not in parts:
        return pile.refuse(number, f"a Dialogue needs times such as 0:00:01.00 and a text: {shown(line)}")
    if any(_DRAWING.search(found.group()) for found in _OVERRIDES.finditer(parts["text"])):
        return pile.leave_out("drawing")
    if pile.takes(number, parts["text"]):
        looks = (_KARAOKE.sub("", override).strip() for override in _OVERRIDES.findall(parts["text"]))
        pile.leave_out("style", sum(map(bool, looks)))
        pile.add(_spoken(number, seconds_of(*start.groups()), seconds_of(*end.groups()), parts))


def _spoken(line: int, start: float, end: float, parts: dict[str, str]) -> Spoken:
    pieces = tuple(_pieces(_visible(parts["text"]), start, end))
    names = (parts.get("name", ""),)
    return Spoken(line=line, start=start, end=end, pieces=pieces, is_timed=len(pieces) > 2, names=names)


def _visible(marked: str) -> str:
    """Without text that is there for the room that it takes alone, as beside words that grow."""
    first, *rest = _OVERRIDES.split(marked)
    runs = zip(rest[::2], rest[1::2], strict=True)
    return first + "".join(f"{{{override}}}{'' if _HIDING in override else text}" for override, text in runs)


def _pieces(marked: str, start: float, end: float) -> Iterator[Piece]:
    """The syllables of a karaoke, each of which says how many hundredths of a second it lasts; the last is a pause."""
    place, at, until = 0, 0, 0
    for found in _OVERRIDES.finditer(marked):
        if lengths := _KARAOKE.findall(found.group(1)):
            yield _moment(start, at, end), _plain(marked[place : found.start()])
            place, at, until = found.end(), until + sum(map(int, lengths[:-1])), until + sum(map(int, lengths))
    yield _moment(start, at, end), _plain(marked[place:])
    yield _moment(start, until, end), ""


def _moment(start: float, hundredths: int, end: float) -> float:
    return min(round(start + hundredths / 100, 3), end)


def _plain(marked: str) -> str:
    literal = _ESCAPE.sub(lambda escape: _ESCAPED[escape.group()], _OVERRIDES.sub("", marked))
    return literal.replace(WORD_JOINER, "")
