"""WebVTT: what browsers show. Markup looks like HTML's and is escaped as there, so an arrow cannot end a cue either."""

from collections.abc import Iterable

from kinolog.common.subtitles.cue import Cue
from kinolog.common.subtitles.spoken import spoken_text
from kinolog.common.subtitles.timestamp import milliseconds, timestamp


def to_vtt(cues: Iterable[Cue], *, with_words: bool = False) -> str:
    """Cues are ordered by their start, which WebVTT demands. `with_words` writes when each word is said."""
    shown = sorted((cue for cue in cues if cue.text), key=lambda cue: cue.start)
    return "WEBVTT\n\n" + "".join(_block(cue, with_words=with_words) for cue in shown)


def _block(cue: Cue, *, with_words: bool) -> str:
    times = f"{_moment(milliseconds(cue.start))} --> {_moment(milliseconds(cue.end))}"
    voice = f"<v {_literal(cue.speaker)}>" if cue.speaker else ""
    text = (_timed_text(cue) if with_words else None) or _literal(cue.text)
    return f"{times}\n{voice}{text}\n\n"


def _moment(at_milliseconds: int) -> str:
    return timestamp(at_milliseconds, decimal_mark=".")


def _literal(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _timed_text(cue: Cue) -> str | None:
    """None where the cue has no room for all its words: WebVTT wants times that rise, strictly within the cue."""
    spoken = spoken_text(cue)
    if spoken is None:
        return None
    last, parts = milliseconds(cue.start), list[str]()
    following = [*(milliseconds(word.start) for word in cue.words[1:]), milliseconds(cue.end)]
    for text, word, next_start in zip(spoken, cue.words, following, strict=True):
        last = max(milliseconds(word.start), last + 1)
        parts.append(f"<{_moment(last)}>{_literal(text)}")
        if (end := max(milliseconds(word.end), last + 1)) < next_start:
            last = end
            parts.append(f"<{_moment(end)}>")
    return "".join(parts) if last < milliseconds(cue.end) else None
