"""Reading WebVTT (W3C): cues, with notes, styles, regions and settings left out, and counted."""

import html
import re
from typing import Final

from kinolog.common.subtitles.reading.lines import Block, Pile, Read, SubtitlesRefused, blocks, seconds_of, shown
from kinolog.common.subtitles.reading.srt import TIMES

_TAG: Final = re.compile(r"<[^<>]{0,200}>")
_ASIDE: Final = re.compile(r"(NOTE|STYLE|REGION)(?:\s.*)?")


def read_vtt(text: str) -> Read:
    """Raises SubtitlesRefused."""
    pile, found = Pile(), list(blocks(text))
    if not found or not re.fullmatch(r"WEBVTT(?:[ \t].*)?", found[0].lines[0]):
        raise SubtitlesRefused(1, "it must begin with WEBVTT")
    for block in found[1:]:
        _read_block(block, pile)
    return pile.read()


def _read_block(block: Block, pile: Pile) -> None:
    if aside := _ASIDE.fullmatch(block.lines[0]):
        pile.left_out[aside.group(1).lower()] += 1
        return
    place = next((number for number, line in enumerate(block.lines[:2]) if "-->" in line), None)
    times = None if place is None else TIMES.fullmatch(block.lines[place])
    if place is None or times is None:
        line = block.lines[place or 0]
        raise SubtitlesRefused(
            block.line + (place or 0), f"times such as 00:01.000 --> 00:02.500 are missing: {shown(line)}"
        )
    start, end = seconds_of(*times.groups()[:4]), seconds_of(*times.groups()[4:])
    spoken, count = _TAG.subn("", "\n".join(block.lines[place + 1 :]))
    pile.left_out.update({"style": count} if count else {})
    pile.add(block.line + place, start, end, html.unescape(spoken))
