"""Reading WebVTT (W3C): who says what, and when each word. Notes, styles, regions, settings and ids are left out, and
counted.
"""

import re
from collections.abc import Iterator
from typing import Final

from kinolog.common.subtitles.reading.lines import Block, Pile, Spoken, blocks, seconds_of
from kinolog.common.subtitles.reading.markup import unescaped, without
from kinolog.common.subtitles.reading.timed_parts import MOMENT, TimedPart, timed_parts
from kinolog.common.subtitles.spoken import Piece

_EXAMPLE: Final = "00:01.000 --> 00:02.500"
_HEADER: Final = re.compile(r"WEBVTT(?:[ \t].*)?")
_ASIDE: Final = re.compile(r"(NOTE|STYLE|REGION)(?:\s.*)?")
_STAMP: Final = re.compile(rf"<{MOMENT}>")
_VOICE: Final = re.compile(r"<v(?:\.[^\s<>]*)?\s([^<>]*)>|</v>")
_TAG: Final = re.compile(r"<[^<>]*>")


def read_vtt(text: str, pile: Pile) -> None:
    """Raises SubtitlesRefused."""
    found = blocks(text)
    if (first := next(found, None)) is None or not _HEADER.fullmatch(first.lines[0]):
        pile.refuse(1, "it must begin with WEBVTT")
    if first is not None:
        _read_first(first, pile)
    for block in found:
        _read_block(block, pile)


def _read_first(block: Block, pile: Pile) -> None:
    """Some writers begin with the cues right below the header, and some sites leave that out."""
    place = 1 if _HEADER.fullmatch(block.lines[0]) else 0
    if any("-->" in line for line in block.lines):
        _read_block(Block(block.line + place, block.lines[place:]), pile)


def _read_block(block: Block, pile: Pile) -> None:
    if aside := _ASIDE.fullmatch(block.lines[0]):
        pile.leave_out(aside.group(1).lower())
        return
    for part in timed_parts(block, pile, _EXAMPLE):
        pile.leave_out("settings", bool(part.settings))
        pile.leave_out("id", bool(part.name) and not part.name.isdigit())
        marked = "\n".join(part.lines)
        if pile.takes(part.line, marked):
            pile.add(_spoken(part, marked, pile))


def _spoken(part: TimedPart, marked: str, pile: Pile) -> Spoken:
    voices = [unescaped(name) for name in _VOICE.findall(marked)]
    pieces = tuple(_pieces(_VOICE.sub("", marked), part.start, pile))
    is_timed = len(pieces) > 1
    return Spoken(line=part.line, start=part.start, end=part.end, pieces=pieces, is_timed=is_timed, names=voices)


def _pieces(marked: str, start: float, pile: Pile) -> Iterator[Piece]:
    """The text between the times that stand in it."""
    place = 0
    for stamp in _STAMP.finditer(marked):
        yield start, unescaped(without(_TAG, marked[place : stamp.start()], pile))
        place, start = stamp.end(), seconds_of(*stamp.groups())
    yield start, unescaped(without(_TAG, marked[place:], pile))
