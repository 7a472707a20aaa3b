"""The rungs of adaptive streaming: in which sizes a film is offered, and how much each may take at its worst."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

from kinolog.render.domain.sizing import Size, fitted, with_shorter_side

# What 1080 lines at 30 frames a second may take at their worst; smaller pictures need more for each pixel.
_FULL_HD_KBPS: Final = 6_000
_FULL_HD_PIXELS: Final = 1920 * 1080
_PIXEL_EXPONENT: Final = 0.75
_USUAL_FRAME_RATE: Final = 30.0


@dataclass(frozen=True, slots=True)
class Rung:
    """`most_kbps` is the ceiling of the picture."""

    size: Size
    most_kbps: int


def ladder(source: Size, heights: Iterable[int], frame_rate: float | None) -> tuple[Rung, ...]:
    """From the largest down. A height is a shorter side in pixels; what is larger than the source is left out.

    Where nothing is left, the source's own size is the only rung.
    """
    fitting = sorted((height for height in heights if height <= source.shorter_side), reverse=True)
    sizes = [with_shorter_side(source, height) for height in fitting] or [fitted(source, None, None)]
    return tuple(Rung(size, most_kbps(size, frame_rate)) for size in sizes)


def most_kbps(size: Size, frame_rate: float | None) -> int:
    """Twice the frames need less than twice the bits, since they differ less."""
    share = (size.pixel_count / _FULL_HD_PIXELS) ** _PIXEL_EXPONENT
    speed = sqrt(max(1.0, (frame_rate or _USUAL_FRAME_RATE) / _USUAL_FRAME_RATE))
    return max(100, round(float(_FULL_HD_KBPS * share * speed)))
