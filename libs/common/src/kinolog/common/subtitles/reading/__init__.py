"""Reading subtitles that somebody wrote: SRT, WebVTT, ASS and our own JSON.

What a file says is either understood or refused, with the line and the reason. Looks (colours, places, italics) are
not kept: a caption has one style, and `Read.left_out` says what was there.
"""

from collections.abc import Callable, Mapping
from typing import Final

from kinolog.common.subtitles.reading.ass import read_ass
from kinolog.common.subtitles.reading.lines import MOST_CHARACTERS, Pile, Read, SubtitlesRefused
from kinolog.common.subtitles.reading.own_json import read_json
from kinolog.common.subtitles.reading.srt import read_srt
from kinolog.common.subtitles.reading.vtt import read_vtt

__all__ = ["READERS", "Read", "SubtitlesRefused", "likely_format", "read_subtitles"]

READERS: Final[Mapping[str, Callable[[str, Pile], None]]] = {
    "srt": read_srt,
    "vtt": read_vtt,
    "ass": read_ass,
    "json": read_json,
}
_BEGINNINGS: Final[Mapping[str, str]] = {"WEBVTT": "vtt", "[": "ass", "{": "json"}


def likely_format(text: str) -> str:
    """What the text looks like, by how it begins: SRT where it looks like nothing else."""
    begins = text.removeprefix("\ufeff").lstrip()
    return next((name for mark, name in _BEGINNINGS.items() if begins.startswith(mark)), "srt")


def read_subtitles(text: str, subtitle_format: str, *, is_lenient: bool = False) -> Read:
    """The cues in order of time. Raises SubtitlesRefused, also where there are none.

    A lenient reader leaves out what it does not understand, for files that nobody is there to put right.
    """
    if len(text) > MOST_CHARACTERS:
        raise SubtitlesRefused(1, f"the file has more than {MOST_CHARACTERS} characters")
    pile = Pile(is_lenient)
    READERS[subtitle_format](text.removeprefix("\ufeff"), pile)
    if not pile.cues:
        raise SubtitlesRefused(1, "there is no text with its times in it")
    pile.cues.sort(key=lambda cue: (cue.start, cue.end))
    return pile.read()
