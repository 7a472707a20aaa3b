"""Words that are wider than the picture: libass breaks no word, and draws what is outside for nobody to see."""

import re
from collections.abc import Callable
from math import floor
from typing import Final, TypeAlias

from kinolog.common.style import CaptionStyle

Measure: TypeAlias = Callable[[str], float]
"""How wide text without a break is, in pixels, when the font's size is one."""

FULL_PERCENT: Final = 100

# Elsewhere libass breaks no line.
_BREAKS: Final = re.compile(r"[ \n]+")
# No character of a usual script is wider, so most words need not be measured.
_WIDEST_CHARACTER: Final = 1.2
# Kerning, and weights that no file of the font has, make a word a little wider than its characters.
_SLACK: Final = 0.97


def size_percent(text: str, style: CaptionStyle, room: float, measure: Measure) -> int:
    """Of the style's font size: that in which no word is wider than `room`, in pixels of the canvas."""
    growth = style.active_scale_percent / FULL_PERCENT if style.effect == "active_scale" else 1
    per_size = style.font_size * growth / _SLACK
    wide = [word for word in _BREAKS.split(text) if len(word) * _WIDEST_CHARACTER * per_size > room]
    widest = max((measure(word.upper() if style.upper_case else word) for word in wide), default=0.0) * per_size
    return FULL_PERCENT if widest <= room else max(1, floor(FULL_PERCENT * room / widest))
