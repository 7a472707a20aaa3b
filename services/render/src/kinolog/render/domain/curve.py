"""The curve of a film: how much each frame differs from the one before it, and how pieces of a curve are joined."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final, TypeAlias

from kinolog.common.errors import KinologError

Doubles: TypeAlias = "array[float]"

# One to agree on the moment, another to agree on the score.
_COMPARABLE_FRAMES: Final = 2


class CurvesDiffer(KinologError):
    """Two pieces do not tell the same of the frames that both have seen."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The moment of each frame in seconds from the film's first moment, and its score; 16 bytes a frame."""

    times: Doubles = field(default_factory=lambda: array("d"))
    scores: Doubles = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.times)


def joined(pieces: Sequence[Curve]) -> Curve:
    """One curve out of pieces that overlap. Raises CurvesDiffer.

    The first frame of a piece has nothing before it, so its score is that of the piece before. All other frames that
    two pieces share must agree: then decoding began cleanly in the middle, and the curve is that of an unbroken pass.
    """
    return reduce(_joined, pieces)


def _joined(before: Curve, after: Curve) -> Curve:
    begin = bisect_left(before.times, after.times[0]) if after.times else len(before)
    shared = len(before) - begin
    if not _COMPARABLE_FRAMES <= shared <= len(after):
        raise CurvesDiffer(f"{shared} frames are shared at {before.times[-1] if before.times else 0:.3f} s")
    if before.times[begin:] != after.times[:shared] or before.scores[begin + 1 :] != after.scores[1:shared]:
        raise CurvesDiffer(f"the frames after {after.times[0]:.3f} s do not agree")
    before.times.extend(after.times[shared:])
    before.scores.extend(after.scores[shared:])
    return before
