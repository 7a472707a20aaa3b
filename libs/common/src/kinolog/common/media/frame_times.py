"""How evenly the frames of a film follow each other: whether its frame rate varies, and how much."""

from collections import Counter, deque
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappush, heappushpop
from typing import Final

# No codec shows a frame later than this many that are stored behind it.
_REORDERED: Final = 32
# A film with more is variable whatever the rest of it is like.
_MAX_LENGTHS: Final = 4_096
# Clocks of milliseconds are in use, and films are copied from them to finer ones with their roundings.
_ROUNDING_SECONDS: Final = Fraction(1, 1_000)
# One lost frame, or the seam of two recordings, is no variable rate.
_ODD_FRAMES_ALLOWED: Final = 1
_ODD_SHARE_ALLOWED: Final = 0.005
# What is counted of a second; no screen shows more.
_MOST_IN_A_SECOND: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSpread:
    """How long frames are shown, in seconds; zeros where fewer than two follow each other."""

    shortest: float = 0.0
    usual: float = 0.0
    longest: float = 0.0
    is_variable: bool = False


class FrameTimes:
    """Gets the moments of frames, in ticks of `clock`, in the order of storage. Memory use does not grow with them.

    `most_in_a_second` is how many were shown within any one second, once the spread was asked for.
    """

    def __init__(self, clock: Fraction) -> None:
        self._clock = clock
        self._waiting: list[int] = []
        self._latest: int | None = None
        self._lengths: Counter[int] = Counter()
        self._further = 0
        self._second = max(1, round(1 / clock))
        self._within_a_second: deque[int] = deque(maxlen=_MOST_IN_A_SECOND)
        self.most_in_a_second = 0

    def add(self, shown: int) -> None:
        if len(self._waiting) < _REORDERED:
            heappush(self._waiting, shown)
        else:
            self._show(heappushpop(self._waiting, shown))

    def spread(self) -> FrameSpread:
        """To be asked once, after the last frame."""
        for shown in sorted(self._waiting):
            self._show(shown)
        if not self._lengths:
            return FrameSpread()
        usual = _median(self._lengths)
        return FrameSpread(
            shortest=float(min(self._lengths) * self._clock),
            usual=float(usual * self._clock),
            longest=float(max(self._lengths) * self._clock),
            is_variable=self._is_variable(usual),
        )

    def _show(self, shown: int) -> None:
        """Fields that share a moment, and moments that run backwards, tell nothing of a length."""
        length = 0 if self._latest is None else shown - self._latest
        if self._latest is None or length > 0:
            self._count_second(shown)
        self._latest = shown
        if length > 0 and (length in self._lengths or len(self._lengths) < _MAX_LENGTHS):
            self._lengths[length] += 1
        elif length > 0:
            self._further += 1

    def _count_second(self, shown: int) -> None:
        recent = self._within_a_second
        recent.append(shown)
        while shown - recent[0] >= self._second:
            recent.popleft()
        self.most_in_a_second = max(self.most_in_a_second, len(recent))

    def _is_variable(self, usual: int) -> bool:
        tolerance = max(Fraction(1), _ROUNDING_SECONDS / self._clock)
        odd = sum(count for length, count in self._lengths.items() if abs(length - usual) > tolerance)
        allowed = max(_ODD_FRAMES_ALLOWED, _ODD_SHARE_ALLOWED * self._lengths.total())
        return odd + self._further > allowed


def _median(counts: Counter[int]) -> int:
    middle, passed = counts.total() / 2, 0
    for length in sorted(counts):
        passed += counts[length]
        if passed >= middle:
            return length
    raise ValueError("there is no median of nothing")
