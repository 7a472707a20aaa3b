"""WebVTT: what browsers show. Markup looks like HTML's and is escaped as there, so an arrow cannot end a cue either."""

from collections.abc import Iterable

from kinolog.common.subtitles.cue import Cue
from kinolog.common.subtitles.timestamp import milliseconds, timestamp


def to_vtt(cues: Iterable[Cue]) -> str:
    """Cues are ordered by their start, which WebVTT demands."""
    shown = sorted((cue for cue in cues if cue.text), key=lambda cue: cue.start)
    return "WEBVTT\n\n" + "".join(_block(cue) for cue in shown)


def _block(cue: Cue) -> str:
    return f"{_moment(cue.start)} --> {_moment(cue.end)}\n{_literal(cue.text)}\n\n"


def _moment(seconds: float) -> str:
    return timestamp(milliseconds(seconds), decimal_mark=".")


def _literal(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
