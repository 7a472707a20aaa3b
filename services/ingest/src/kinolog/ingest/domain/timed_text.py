"""Reading subtitles that came with a video: WebVTT and SRT, which differ in little, written well or badly."""

import html
import re
from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from kinolog.common.subtitles import Cue

_MOST_CUES: Final = 50_000
_LONGEST_CUE: Final = 2_000
_MOMENT: Final = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
_TIMES: Final = re.compile(rf"[ \t]*{_MOMENT}[ \t]+-->[ \t]+{_MOMENT}(?:[ \t].*)?")
_MARKUP: Final = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,200}\}")


def cues_of(text: str) -> tuple[Cue, ...]:
    """In their order, without markup. What cannot be understood of it is left out.

    Raises ValueError where that leaves nothing, and for more cues than are taken.
    """
    cues = [cue for cue in _cues(text.removeprefix("\ufeff")) if cue.text]
    if not cues:
        raise ValueError("there is no line of text with its times")
    if len(cues) > _MOST_CUES:
        raise ValueError(f"there are more than {_MOST_CUES} lines")
    return tuple(sorted(cues, key=lambda cue: cue.start))


def _cues(text: str) -> Iterator[Cue]:
    times: re.Match[str] | None = None
    spoken: list[str] = []
    for line in [*text.splitlines(), ""]:
        found = _TIMES.fullmatch(line)
        if times is not None and (found or not line.strip()):
            yield from _cue(times, spoken)
        if found or not line.strip():
            times, spoken = found, []
        else:
            spoken.append(line)


def _cue(times: re.Match[str], spoken: list[str]) -> Iterator[Cue]:
    """None where it ends before it starts."""
    plain = html.unescape(_MARKUP.sub("", "\n".join(spoken)[:_LONGEST_CUE]))
    groups = times.groups()
    try:
        yield Cue(start=_seconds(*groups[:4]), end=_seconds(*groups[4:]), text=plain)
    except ValidationError:
        return


def _seconds(hours: str | None, minutes: str, seconds: str, milliseconds: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(milliseconds) / 1000
