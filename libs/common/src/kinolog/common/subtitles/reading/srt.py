"""Reading SRT, as strictly as its times need and as leniently as its numbers are kept."""

import re
from typing import Final

from kinolog.common.subtitles.cue import WORD_JOINER
from kinolog.common.subtitles.reading.lines import Pile, Spoken, blocks
from kinolog.common.subtitles.reading.markup import unescaped, without
from kinolog.common.subtitles.reading.timed_parts import timed_parts

_EXAMPLE: Final = "00:00:01,000 --> 00:00:02,500"
_MARKUP: Final = re.compile(r"</?(?:b|i|u|s|font|c|v|lang|ruby|rt)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)


def read_srt(text: str, pile: Pile) -> None:
    """Raises SubtitlesRefused."""
    for block in blocks(text):
        for part in timed_parts(block, pile, _EXAMPLE):
            pile.leave_out("settings", bool(part.settings))
            marked = "\n".join(part.lines)
            if pile.takes(part.line, marked):
                pieces = ((part.start, _plain(marked, pile)),)
                pile.add(Spoken(line=part.line, start=part.start, end=part.end, pieces=pieces))


def _plain(text: str, pile: Pile) -> str:
    """SRT has no escapes, but sites write such of HTML into it."""
    plain = without(_MARKUP, text, pile)
    return (unescaped(plain) if pile.is_lenient else plain).replace(WORD_JOINER, "")
