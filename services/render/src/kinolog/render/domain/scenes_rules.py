"""Which frames begin a scene: the rules of PySceneDetect's detectors, applied to the curve of a film.

They find what its command finds in the same curve, frame for frame. All yield frame numbers in order, without the
first frame of the film; `apart` is how many seconds lie between two of them at least.
"""

from collections.abc import Iterator
from typing import Final

from kinolog.render.domain.curve import Curve

# The adaptive rule compares a frame with this many on both sides, and a smaller difference is no cut at all.
_WINDOW_FRAMES: Final = 2
_LEAST_CONTENT: Final = 15.0
_LARGEST_RATIO: Final = 255.0
_STILL: Final = 0.00001
# Darkness that is shorter is a flicker.
_SHORTEST_DARKNESS_SECONDS: Final = 0.1
# Moments are binary fractions: a tenth of a second times three is not three tenths.
_ROUNDING_SECONDS: Final = 1e-6


def adaptive_cuts(curve: Curve, threshold: float, apart: float) -> Iterator[int]:
    """A frame that differs from the one before it `threshold` times as much as its neighbours do from theirs."""
    last_cut = 0
    for frame in range(_WINDOW_FRAMES, len(curve) - _WINDOW_FRAMES):
        is_cut = curve.scores[frame] >= _LEAST_CONTENT and _ratio(curve, frame) >= threshold
        if is_cut and _are_apart(curve, last_cut, frame, apart):
            last_cut = frame
            yield frame


def hash_cuts(curve: Curve, threshold: float, apart: float) -> Iterator[int]:
    """A frame whose picture hash differs from that of the one before it in at least this share of its bits."""
    last_cut = 0
    for frame in range(1, len(curve)):
        if curve.scores[frame] >= threshold and _are_apart(curve, last_cut, frame, apart):
            last_cut = frame
            yield frame


def content_cuts(curve: Curve, threshold: float, apart: float) -> Iterator[int]:
    """A frame that differs by `threshold`; of several that follow each other too soon, only the last counts."""
    bursts = _Bursts(curve, apart)
    for frame in range(len(curve)):
        begun = bursts.follow(frame, is_above=curve.scores[frame] >= threshold)
        if begun is not None:
            yield begun


def threshold_cuts(curve: Curve, threshold: float, apart: float) -> Iterator[int]:
    """The middle of each time of darkness, and the beginning of one that the film ends with."""
    threshold, last_return = int(threshold), 0
    darkened = 0 if curve.scores[0] < threshold else None
    for frame in range(1, len(curve)):
        is_dark = curve.scores[frame] < threshold
        if darkened is None:
            darkened = frame if is_dark else None
        elif not is_dark:
            if _are_apart(curve, last_return, frame, apart) and _is_dark_long_enough(curve, darkened, frame):
                last_return = frame
                yield darkened + round((frame - darkened) / 2)
            darkened = None
    last = len(curve) - 1
    if darkened and _are_apart(curve, last_return, last, apart) and _is_dark_at_the_end(curve, darkened):
        yield darkened


class _Bursts:
    """Flashes and shakes, which are many cuts within a moment, taken for one once they have calmed down."""

    def __init__(self, curve: Curve, apart: float) -> None:
        self._curve, self._apart = curve, apart
        self._last_above = 0
        self._burst_began: int | None = None
        self._has_cut = False

    def follow(self, frame: int, *, is_above: bool) -> int | None:
        """The frame that begins a scene, where that is known with this one."""
        is_calm = self._are_apart(self._last_above, frame)
        self._last_above = frame if is_above else self._last_above
        if self._burst_began is not None:
            return self._end_of_burst(self._burst_began) if is_calm and not is_above else None
        if is_above and is_calm:
            self._has_cut = True
            return frame
        # Before the first cut there is nothing to merge with.
        self._burst_began = frame if is_above and self._has_cut else None
        return None

    def _end_of_burst(self, began: int) -> int | None:
        if not self._are_apart(began, self._last_above):
            return None
        self._burst_began = None
        return self._last_above

    def _are_apart(self, one: int, other: int) -> bool:
        return _are_apart(self._curve, one, other, self._apart)


def _ratio(curve: Curve, frame: int) -> float:
    around = (*range(frame - _WINDOW_FRAMES, frame), *range(frame + 1, frame + _WINDOW_FRAMES + 1))
    average = sum(curve.scores[other] for other in around) / len(around)
    return _LARGEST_RATIO if abs(average) < _STILL else min(curve.scores[frame] / average, _LARGEST_RATIO)


def _is_dark_long_enough(curve: Curve, darkened: int, until: int) -> bool:
    return _are_apart(curve, darkened, until, _SHORTEST_DARKNESS_SECONDS)


def _is_dark_at_the_end(curve: Curve, darkened: int) -> bool:
    """The last frame is shown for about as long as the one before it."""
    end = 2 * curve.times[-1] - curve.times[-2]
    return end - curve.times[darkened] >= _SHORTEST_DARKNESS_SECONDS - _ROUNDING_SECONDS


def _are_apart(curve: Curve, one: int, other: int, seconds: float) -> bool:
    return curve.times[other] - curve.times[one] >= seconds - _ROUNDING_SECONDS
