"""Captions made ready to be drawn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The picture that captions are set for, in pixels as shown."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """`filter` is what an encoder has to apply, `font` the family that it draws."""

    filter: str
    font: str
