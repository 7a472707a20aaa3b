"""What is asked about a picture and what is found out: plain values that a service and its child pass as JSON."""

from dataclasses import dataclass
from typing import Literal

PictureType = Literal["image/png", "image/jpeg", "image/webp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuestion:
    """`ready_path` asks for the picture as a plain PNG: upright, in 8 bits of red, green, blue and opacity.

    `frame`, a width and a height, has it fitted into just so many pixels, with black beside and behind it.
    """

    path: str
    max_pixels: int
    ready_path: str | None = None
    frame: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """Pixels as shown, which for a photograph may be turned against how they are stored."""

    media_type: PictureType
    width: int
    height: int
