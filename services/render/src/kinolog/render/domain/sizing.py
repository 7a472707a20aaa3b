"""How large a picture becomes: fitted into a frame with its shape kept, with even sides, as 4:2:0 pictures have."""

from dataclasses import dataclass
from typing import Final

from kinolog.common.errors import PermanentError

_SMALLEST_SIDE: Final = 2
_LARGEST_SIDE: Final = 8192


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels as shown."""

    width: int
    height: int

    @property
    def is_even(self) -> bool:
        return self.width % 2 == 0 and self.height % 2 == 0

    @property
    def shorter_side(self) -> int:
        return min(self.width, self.height)

    @property
    def pixel_count(self) -> int:
        return self.width * self.height


def fitted(size: Size, width: int | None, height: int | None, *, upscale: bool = False) -> Size:
    """The largest size of the same shape that both sides allow; no larger than it is, unless `upscale`.

    A size that stays as it is gains a line where a side is odd, for a line less would lose some of the picture.
    """
    sides = ((width, size.width), (height, size.height))
    factors = [wanted / side for wanted, side in sides if wanted is not None]
    factor = min(factors, default=1.0)
    if factor == 1.0 or (factor > 1.0 and not upscale):
        return Size(_even_up(size.width), _even_up(size.height))
    return Size(_even(size.width * factor), _even(size.height * factor))


def with_shorter_side(size: Size, pixels: int) -> Size:
    """The same shape, with this shorter side."""
    is_upright = size.height > size.width
    return fitted(size, pixels if is_upright else None, None if is_upright else pixels, upscale=True)


def refuse_too_large(size: Size, most_pixels: int, field: str) -> None:
    """Raises PermanentError for a picture that no job could read again; `field` is what asked for it."""
    if max(size.width, size.height) > _LARGEST_SIDE or size.pixel_count > most_pixels:
        bounds = f"at most {_LARGEST_SIDE} a side and {most_pixels} in all are allowed (KINOLOG_MEDIA_MAX_PIXELS)"
        came = f"{field}: the picture would be {size.width} × {size.height} pixels"
        raise PermanentError("invalid_size", f"{came}, and {bounds}: ask for a smaller one.")


def _even_up(side: int) -> int:
    return side + side % 2


def _even(side: float) -> int:
    return max(_SMALLEST_SIDE, 2 * round(side / 2))
