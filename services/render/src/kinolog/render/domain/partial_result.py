"""What came of rendering a film in part, in words that a person understands."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from kinolog.render.domain.partial import PartialPlan
from kinolog.render.domain.progress import EncodeProgress
from kinolog.render.domain.work import Encoded

OnPhase: TypeAlias = Callable[[str, EncodeProgress], None]
"""Gets the name of the phase and how far it is."""

OnJoined: TypeAlias = Callable[["PartialResult"], None]
"""Gets a film as soon as it is a whole file, which is yet to be examined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialResult:
    """`method` is `partial`, or `copy` where nothing had to be encoded. The next film that is rendered in the same
    folder takes the place of `file`.
    """

    file: Path
    method: str
    because: str
    steps: tuple[Encoded, ...]
    encoded_frames: int
    copied_frames: int


def explained(plan: PartialPlan, file: Path, steps: tuple[Encoded, ...]) -> PartialResult:
    encoded, copied = plan.encoded_frames, plan.copied_frames
    because = f"{encoded} of {encoded + copied} frames were encoded, the others are as they were"
    return PartialResult(
        file=file,
        method="partial" if encoded else "copy",
        because=because if encoded else f"all {copied} frames are as they were",
        steps=steps,
        encoded_frames=encoded,
        copied_frames=copied,
    )
