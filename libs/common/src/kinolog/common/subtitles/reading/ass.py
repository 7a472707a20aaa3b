"""Reading the dialogue of ASS and SSA. Overrides, drawings, fonts and effects are left out, and counted: nothing that a
stranger's script says is ever given to libass.
"""

import re
from typing import Final

from kinolog.common.subtitles.cue import WORD_JOINER
from kinolog.common.subtitles.reading.lines import Pile, Read, SubtitlesRefused, seconds_of, shown

_USUAL_FIELDS: Final = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_MOMENT: Final = re.compile(r"\s*(\d{1,4}):(\d{1,2}):(\d{2})[.:](\d{1,3})\s*")
_OVERRIDES: Final = re.compile(r"(?<!\\)\{[^{}]*\}")
_DRAWING: Final = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}")
_ESCAPED: Final = {r"\N": "\n", r"\n": " ", r"\h": " ", r"\{": "{", r"\}": "}"}


def read_ass(text: str) -> Read:
    """Raises SubtitlesRefused."""
    pile, section = Pile(), ""
    fields: tuple[str, ...] = _USUAL_FIELDS
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        name, _, value = line.partition(":")
        if line.startswith("["):
            section = line.strip().lower()
        elif section != "[events]":
            continue
        elif name == "Format":
            fields = tuple(part.strip().lower() for part in value.split(","))
            _refuse_unusable(fields, number)
        elif name == "Dialogue":
            _add(pile, number, dict(zip(fields, value.split(",", len(fields) - 1), strict=False)), line)
        elif line.strip():
            pile.left_out["comment"] += 1
    return pile.read()


def _refuse_unusable(fields: tuple[str, ...], number: int) -> None:
    if not {"start", "end"} <= set(fields) or fields[-1] != "text":
        raise SubtitlesRefused(number, "the Format of [Events] must name Start and End, and Text as the last")


def _add(pile: Pile, number: int, parts: dict[str, str], line: str) -> None:
    start, end = _MOMENT.fullmatch(parts.get("start", "")), _MOMENT.fullmatch(parts.get("end", ""))
    if start is None or end is None or "text" not in parts:
        raise SubtitlesRefused(number, f"a Dialogue needs times such as 0:00:01.00 and a text: {shown(line)}")
    spoken = parts["text"]
    if _DRAWING.search(spoken):
        pile.left_out["drawing"] += 1
        return
    plain, count = _OVERRIDES.subn("", spoken)
    pile.left_out.update({"style": count} if count else {})
    for escape, meant in _ESCAPED.items():
        plain = plain.replace(escape, meant)
    pile.add(number, seconds_of(*start.groups()), seconds_of(*end.groups()), plain.replace(WORD_JOINER, ""))
