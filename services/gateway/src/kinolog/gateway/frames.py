"""Frames with captions drawn into them, which the gateway asks others for."""

from dataclasses import dataclass
from typing import Protocol

from kinolog.common.frames_asked import FrameWish


@dataclass(frozen=True, slots=True)
class DrawnFrame:
    """`time` is that of the frame, in seconds; `font` the family that was drawn, None where no text was."""

    time: float
    font: str | None
    content: bytes


class Renderer(Protocol):
    async def frame(self, wish: FrameWish) -> DrawnFrame:
        """Whoever stops waiting stops the work. Raises the problems `render-unavailable`, `validation`, `not-found`."""
        ...
