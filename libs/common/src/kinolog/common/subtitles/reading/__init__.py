"""Reading subtitles that somebody wrote: SRT, WebVTT, ASS and our own JSON.

What a file says is either understood or refused, with the line and the reason. Looks (colours, places, italics) are
not kept: a caption has one style, and `Read.left_out` says what was there.
"""

from collections.abc import Callable, Mapping
from typing import Final

from kinolog.common.subtitles.reading.ass import read_ass
from kinolog.common.subtitles.reading.lines import MOST_CUES, Read, SubtitlesRefused
from kinolog.common.subtitles.reading.own_json import read_json
from kinolog.common.subtitles.reading.srt import read_srt
from kinolog.common.subtitles.reading.vtt import read_vtt

__all__ = ["MOST_CUES", "READERS", "Read", "SubtitlesRefused", "read_subtitles"]

READERS: Final[Mapping[str, Callable[[str], Read]]] = {
    "srt": read_srt,
    "vtt": read_vtt,
    "ass": read_ass,
    "json": read_json,
}


def read_subtitles(text: str, subtitle_format: str) -> Read:
    """The cues in order of time. Raises SubtitlesRefused, also where there are none."""
    read = READERS[subtitle_format](text.removeprefix("\ufeff"))
    if not read.cues:
        raise SubtitlesRefused(1, "there is no text with its times in it")
    return Read(tuple(sorted(read.cues, key=lambda cue: (cue.start, cue.end))), read.left_out)
