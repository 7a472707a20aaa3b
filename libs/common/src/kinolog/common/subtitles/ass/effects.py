"""What a group of words looks like while they are said: its text in ASS, with the overrides that make an effect.

Nothing moves when the next word is said: a word that grows has had the room for it all the time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from kinolog.common.style import CaptionStyle, Effect
from kinolog.common.subtitles.ass.notation import hundredths, literal, text_colour
from kinolog.common.subtitles.ass.words import Group, ShownWord

# Room for growing words widens the gaps between them, so blanks may be narrower.
_BLANK_PERCENT: Final = 50
_INVISIBLE: Final = r"\alpha&HFF&"
_POP_MILLISECONDS: Final = 80
_WEIGHTS_OF_STYLES: Final = (400, 700)


class Shot(NamedTuple):
    """What is shown from one moment to another, in seconds."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Brush:
    """What overrides need to know of a style. `resting` and `active` are looks of a word, `reset` ends both; `opening`
    and `closing` are what every text is put between.
    """

    effect: Effect
    is_upper_case: bool
    resting: str
    active: str
    scale_percent: float
    reset: str
    opening: str
    closing: str

    def text(self, plain: str) -> str:
        return literal(plain.upper() if self.is_upper_case else plain)

    def framed(self, words: Iterable[str]) -> str:
        return f"{self.opening}{''.join(words)}{self.closing}"


def brush_of(style: CaptionStyle) -> Brush:
    """A style of ASS is regular or bold, other weights are overrides."""
    grows, scale = style.effect == "active_scale", f"{style.active_scale_percent:g}"
    reset = "{\\r}" if style.font_weight in _WEIGHTS_OF_STYLES else f"{{\\r\\b{style.font_weight}}}"
    edge = f"\\fs{style.box_padding:g}" if style.box and style.box_padding else ""
    return Brush(
        effect=style.effect,
        is_upper_case=style.upper_case,
        resting=("\\fscx100\\fscy100" if grows else "") + f"\\1c{text_colour(style.primary_color)}",
        active=(f"\\fscx{scale}\\fscy{scale}" if grows else "") + f"\\1c{text_colour(style.active_color)}",
        scale_percent=style.active_scale_percent,
        reset=reset,
        opening=(f"{{{edge}}}\\h\\N" if edge else "") + (reset if edge or "\\b" in reset else ""),
        closing=f"\\N{{\\r\\yshad0{edge}}}\\h" if edge else "",
    )


def drawn(group: Group, brush: Brush) -> Shot:
    """An event that begins and ends with the group."""
    return Shot(group.start, group.end, brush.framed(_WORDS_OF[brush.effect](group, brush)))


def _plain(group: Group, brush: Brush) -> Iterator[str]:
    for word in group.words:
        yield brush.text(word.blank + word.text)


def _karaoke(group: Group, brush: Brush) -> Iterator[str]:
    """Each word is swept while it is said; pauses lie in the blanks."""
    until = hundredths(group.start)
    for word in group.words:
        start, end = hundredths(word.start), hundredths(word.end)
        if word.blank or start > until:
            yield f"{{\\k{start - until}}}{literal(word.blank)}"
        yield f"{{\\kf{end - start}}}{brush.text(word.text)}"
        until = end


def _coloured(group: Group, brush: Brush) -> Iterator[str]:
    for word, turns in _turned(group):
        changes = turns.written(brush.resting, brush.active, 0)
        yield f"{literal(word.blank)}{{{changes}}}{brush.text(word.text)}"


def _scaled(group: Group, brush: Brush) -> Iterator[str]:
    """Invisible copies on both sides of a word, as wide as the word grows, make room for it and become narrow then."""
    full, room = f"{brush.scale_percent:g}", f"{(brush.scale_percent - 100) / 2:g}"
    for word, turns in _turned(group):
        text = brush.text(word.text)
        narrowing = turns.written(f"\\fscx{room}", "\\fscx0", _POP_MILLISECONDS)
        pad = f"{{{_INVISIBLE}\\fscy{full}{narrowing}}}{text}{brush.reset}"
        growing = turns.written(brush.resting, brush.active, _POP_MILLISECONDS)
        yield f"{_narrow(word.blank, brush)}{pad}{{{growing}}}{text}{brush.reset}{pad}"


def _narrow(blank: str, brush: Brush) -> str:
    return literal(blank) if blank in ("", "\n") else f"{{\\fscx{_BLANK_PERCENT}}}{blank}{brush.reset}"


_WORDS_OF: Final[Mapping[Effect, Callable[[Group, Brush], Iterator[str]]]] = MappingProxyType(
    {"none": _plain, "one_word": _plain, "karaoke": _karaoke, "active_color": _coloured, "active_scale": _scaled}
)


@dataclass(frozen=True, slots=True)
class _Turns:
    """When a word becomes active, and rests again, in milliseconds of its event. The last one stays active."""

    on: int
    off: int | None

    def written(self, resting: str, active: str, lasting: int) -> str:
        """The looks of a word over time. Changes may last some milliseconds."""
        if self.off is not None and self.off <= self.on:
            return resting
        begun = active if self.on <= 0 else f"{resting}{_turn(self.on, lasting, active)}"
        return begun if self.off is None else f"{begun}{_turn(self.off, lasting, resting)}"


def _turn(moment: int, lasting: int, look: str) -> str:
    return f"\\t({moment},{moment + lasting},{look})"


def _turned(group: Group) -> Iterator[tuple[ShownWord, _Turns]]:
    """A word is active until the next one is said."""
    zero = hundredths(group.start) * 10
    ons = [round(word.start * 1000) - zero for word in group.words]
    for word, on, off in zip(group.words, ons, [*ons[1:], None], strict=True):
        yield word, _Turns(on, off)
