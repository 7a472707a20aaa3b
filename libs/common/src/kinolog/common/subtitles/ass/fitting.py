"""Words that are wider than the picture: libass breaks no word, and draws what is outside for nobody to see.

Where a script has no spaces, a line may end between two signs; any other text is made smaller.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Final, TypeAlias

from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles.ass.words import Group, ShownWord
from kinolog.common.subtitles.scripts import may_part

Measure: TypeAlias = Callable[[str], float]
"""How wide text without a break is, in pixels, when the font's size is one."""

FULL_PERCENT: Final = 100

# What libass keeps in one line.
_WORD: Final = re.compile(r"[^ \n]+")
# No character of a usual script is wider, so most words need not be measured.
_WIDEST_CHARACTER: Final = 1.2
# Kerning, and weights that no file of the font has, make a word a little wider than its characters.
_SLACK: Final = 0.97


@dataclass(frozen=True, slots=True)
class Fit:
    """`room` is how wide a word may be, in pixels of the canvas."""

    style: CaptionStyle
    room: float
    measure: Measure

    def in_lines(self, group: Group) -> Group:
        """With a new line wherever a word has to be broken, and can be."""
        text = group.text
        ends = {end for word in _WORD.finditer(text) if self._is_too_wide(word[0]) for end in self._line_ends(word)}
        if self.style.effect == "active_scale":  # Copies of a word stand beside it.
            ends &= set(_beginnings(group))
        return group if not ends else group._replace(words=tuple(_cut(group, ends)))

    def size_percent(self, group: Group) -> int:
        """Of the style's font size: that in which no word is too wide."""
        too_wide = (word for word in _WORD.findall(group.text) if self._is_too_wide(word))
        widest = max(map(self._width, too_wide), default=0.0)
        return FULL_PERCENT if widest <= self.room else max(1, floor(FULL_PERCENT * self.room / widest))

    def _line_ends(self, word: re.Match[str]) -> Iterator[int]:
        """Places in the text. Lines are of like length."""
        widths = [self._width(sign) for sign in word[0]]
        line, used = sum(widths) / ceil(sum(widths) / self.room), 0.0
        for place, width in enumerate(widths):
            is_full = used >= line or used + width > self.room
            if place and is_full and may_part(word[0][place - 1], word[0][place]):
                yield word.start() + place
                used = 0.0
            used += width

    def _is_too_wide(self, word: str) -> bool:
        is_short = len(word) * _WIDEST_CHARACTER * self._size <= self.room
        return not is_short and self._width(word) > self.room

    def _width(self, word: str) -> float:
        return self.measure(word.upper() if self.style.upper_case else word) * self._size

    @property
    def _size(self) -> float:
        growth = self.style.active_scale_percent / FULL_PERCENT if self.style.effect == "active_scale" else 1
        return self.style.font_size * growth / _SLACK


def _beginnings(group: Group) -> Iterator[int]:
    """Where in the text each word begins."""
    place = 0
    for word in group.words:
        place += len(word.blank)
        yield place
        place += len(word.text)


def _cut(group: Group, ends: Collection[int]) -> Iterator[ShownWord]:
    for word, begin in zip(group.words, _beginnings(group), strict=True):
        inside = [0, *(end - begin for end in sorted(ends) if begin < end < begin + len(word.text)), None]
        text = "\n".join(word.text[first:last] for first, last in pairwise(inside))
        yield word._replace(blank="\n" if begin in ends else word.blank, text=text)
