"""How much a frame differs from the one before it, measured with OpenCV as PySceneDetect measures it.

Imported by the child program alone: OpenCV is large, and an idle worker does without it.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from kinolog.common.detector import Detector

Pixels: TypeAlias = NDArray[np.uint8]
"""Height × width × 3, in the order blue, green, red."""

Score: TypeAlias = Callable[[Pixels], float]
"""Called with one frame after the other."""

_HASH_SIDE: Final = 8
_HASHED_SIDE: Final = 2 * _HASH_SIDE


def scorer(detector: Detector) -> Score:
    """A measure that has seen no frame yet: 0 for its first one, except where it measures each by itself."""
    match detector:
        case "threshold":
            return brightness
        case "hash":
            return _against_the_last(picture_hash, _share_of_bits)
        case "adaptive" | "content":
            return _against_the_last(_hue_saturation_value, _mean_distance)


def brightness(frame: Pixels) -> float:
    """From 0 to 255."""
    return float(frame.mean())


def picture_hash(frame: Pixels) -> Pixels:
    """64 bits, each 0 or 1, for which of the picture's coarse waves are stronger than most."""
    grey = cv2.resize(
        cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (_HASHED_SIDE, _HASHED_SIDE), interpolation=cv2.INTER_AREA
    )
    waves = cv2.dct(grey.astype(np.float32) / (grey.max() or 1))[:_HASH_SIDE, :_HASH_SIDE]
    return np.asarray(waves > np.median(waves), np.uint8)


def _against_the_last(seen: Callable[[Pixels], Pixels], distance: Callable[[Pixels, Pixels], float]) -> Score:
    last: Pixels | None = None

    def score(frame: Pixels) -> float:
        nonlocal last
        before, last = last, seen(frame)
        return 0.0 if before is None else distance(last, before)

    return score


def _hue_saturation_value(frame: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2HSV), np.uint8)


def _mean_distance(one: Pixels, other: Pixels) -> float:
    """Channel by channel, and in this order: the sum is that of PySceneDetect to the last bit."""
    hue, saturation, value, _ = cv2.sumElems(cv2.absdiff(one, other))
    pixels = one.shape[0] * one.shape[1]
    return float(hue / pixels + saturation / pixels + value / pixels) / 3.0


def _share_of_bits(one: Pixels, other: Pixels) -> float:
    return float(np.mean(one != other))
