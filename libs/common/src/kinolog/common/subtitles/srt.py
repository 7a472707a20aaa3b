"""SRT: no markup by its letter, some by custom, and no way to escape any of it. It knows no speakers and no words."""

import re
from collections.abc import Iterable
from typing import Final

from kinolog.common.subtitles.cue import WORD_JOINER, Cue
from kinolog.common.subtitles.timestamp import milliseconds, timestamp

# Players take `<b>` for bold, `{\an8}` or `{Y:i}` for a look, `\N` for a new line, an arrow or two moments for a line
# of times, and a last line of digits for the number of the next cue.
_MEANINGFUL: Final = re.compile(r"<(?=[A-Za-z/!?])|\{|\\|--(?=>)|:(?=\d{1,2}[.,]\d)|^\d+\Z", re.MULTILINE)


def to_srt(cues: Iterable[Cue]) -> str:
    shown = (cue for cue in cues if cue.text)
    return "".join(_block(number, cue) for number, cue in enumerate(shown, start=1))


def _block(number: int, cue: Cue) -> str:
    return f"{number}\n{_moment(cue.start)} --> {_moment(cue.end)}\n{_literal(cue.text)}\n\n"


def _moment(seconds: float) -> str:
    return timestamp(milliseconds(seconds), decimal_mark=",")


def _literal(text: str) -> str:
    return _MEANINGFUL.sub(lambda match: match.group() + WORD_JOINER, text)
