"""A script of ASS: the canvas, the style, and the events of all cues."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from kinolog.common.style import CaptionStyle, Effect
from kinolog.common.subtitles.ass.crowd import crowded, in_turn
from kinolog.common.subtitles.ass.effects import Shot, brush_of, drawn
from kinolog.common.subtitles.ass.fitting import FULL_PERCENT, Fit, Measure
from kinolog.common.subtitles.ass.header import EVENT_FIELDS, canvas_width_of, header, room_for_a_word, style_name
from kinolog.common.subtitles.ass.notation import field, moment
from kinolog.common.subtitles.ass.words import Group, ShownWord, groups, shown_words
from kinolog.common.subtitles.cue import Cue

_CHANGING: Final[frozenset[Effect]] = frozenset({"active_color", "active_scale"})
_FOLLOWS_WORDS: Final = _CHANGING | {"karaoke"}


def _as_wide_as_it_is(text: str) -> float:
    """Whoever has the script drawn has fonts that nobody here has measured."""
    return 0.0


class AssScript(NamedTuple):
    """`estimated_words` is how many words there are whose times the look needs and nobody knows."""

    text: str
    estimated_words: int


class _Shown(NamedTuple):
    """What is shown of a cue, one after the other."""

    groups: list[Group]
    estimated_words: int = 0


def to_ass(cues: Iterable[Cue], style: CaptionStyle, *, width: int, height: int) -> str:
    """A script for a picture of this shape in pixels, as shown; its own canvas is `REFERENCE_HEIGHT` high."""
    return ass_script(cues, style, width=width, height=height).text


def ass_script(
    cues: Iterable[Cue], style: CaptionStyle, *, width: int, height: int, measure: Measure = _as_wide_as_it_is
) -> AssScript:
    """As `to_ass`. No event lies outside of its cue, but for the rounding to hundredths of a second.

    What has a word that is wider than the picture, by `measure`, is broken or made smaller until all of it is seen.
    """
    texts = [cue for cue in cues if cue.text]
    brush, estimated_words, size_percents = brush_of(style), 0, {FULL_PERCENT}
    crowd = crowded(texts) if style.effect in _CHANGING else frozenset()
    canvas_width = canvas_width_of(width, height)
    fit, events = Fit(style, room_for_a_word(style, canvas_width), measure), list[str]()
    for place, cue in enumerate(texts):
        shown = _shown(cue, style)
        estimated_words += shown.estimated_words
        for group in map(fit.in_lines, shown.groups):
            size = fit.size_percent(group)
            size_percents.add(size)
            shots = in_turn(group, brush) if place in crowd else (drawn(group, brush),)
            events += (_event(shot, cue, size) for shot in shots)
    head = f"{header(style, canvas_width, size_percents)}[Events]\nFormat: {EVENT_FIELDS}\n"
    return AssScript("".join((head, *events)), estimated_words)


def _shown(cue: Cue, style: CaptionStyle) -> _Shown:
    most = 1 if style.effect == "one_word" else style.max_words
    if most is None and style.effect not in _FOLLOWS_WORDS:
        return _Shown([Group(cue.start, cue.end, (ShownWord("", cue.text, cue.start, cue.end),))])
    words, are_estimated = shown_words(cue)
    shown = groups(cue, words, most or len(words))
    needs_times = len(shown) > 1 or style.effect in _FOLLOWS_WORDS
    return _Shown(shown, len(words) if are_estimated and needs_times else 0)


def _event(shot: Shot, cue: Cue, size: int) -> str:
    name = field(cue.speaker) if cue.speaker else ""
    return f"Dialogue: 0,{moment(shot.start)},{moment(shot.end)},{style_name(size)},{name},0,0,0,,{shot.text}\n"
