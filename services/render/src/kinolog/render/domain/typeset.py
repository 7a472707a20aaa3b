"""Captions made ready to be drawn."""

from dataclasses import dataclass

from kinolog.common.events.rendering import FontUsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The picture that captions are set for, in pixels as shown."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """`filter` is what an encoder has to apply, `font` the family that it draws, `fonts` the files it has that from.

    `estimated_words` are those whose times the look needed and nobody knew.
    """

    filter: str
    font: str
    fonts: tuple[FontUsed, ...] = ()
    estimated_words: int = 0
