"""How fast bytes arrive, whether that is fast enough, and how to take them more slowly."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

_SPEED_SECONDS: Final = 10.0
_SAMPLE_SECONDS: Final = 0.1

Clock = Callable[[], float]


class TooSlow(Exception):
    """Less was sent than is worth waiting for."""

    def __init__(self, bytes_per_second: float) -> None:
        super().__init__(f"{bytes_per_second:.0f} bytes a second")
        self.bytes_per_second = bytes_per_second


class Pace:
    """Of one connection, in the time that was spent waiting for it."""

    def __init__(self, *, lowest_bytes_per_second: float, window_seconds: float) -> None:
        self._lowest = lowest_bytes_per_second
        self._window_seconds = window_seconds
        self._waited_seconds, self._received_bytes = 0.0, 0

    def note(self, size_bytes: int, waited_seconds: float) -> None:
        """Raises TooSlow at the end of a window in which too little arrived."""
        self._waited_seconds += waited_seconds
        self._received_bytes += size_bytes
        if self._waited_seconds < self._window_seconds:
            return
        speed = self._received_bytes / self._waited_seconds
        if speed < self._lowest:
            raise TooSlow(speed)
        self._waited_seconds, self._received_bytes = 0.0, 0


class Speed:
    """Of everything that arrives, over the last seconds. `clock` tells seconds from any beginning."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._total_bytes = 0
        self._known = deque([(clock(), 0)])

    def note(self, size_bytes: int) -> None:
        now = self._clock()
        self._total_bytes += size_bytes
        if now - self._known[-1][0] >= _SAMPLE_SECONDS:
            self._known.append((now, self._total_bytes))
        while now - self._known[0][0] > _SPEED_SECONDS and len(self._known) > 1:
            self._known.popleft()

    @property
    def bytes_per_second(self) -> float | None:
        """None before anything is known."""
        began, bytes_then = self._known[0]
        elapsed, moved = self._clock() - began, self._total_bytes - bytes_then
        return moved / elapsed if elapsed and moved else None


class Throttle:
    """Makes all who take bytes wait until so many a second are not exceeded; None is no limit."""

    def __init__(self, clock: Clock, bytes_per_second: float | None) -> None:
        self._clock = clock
        self._bytes_per_second = bytes_per_second
        self._free_at = clock()

    async def take(self, size_bytes: int) -> None:
        if self._bytes_per_second is None:
            return
        now = self._clock()
        self._free_at = max(self._free_at, now) + size_bytes / self._bytes_per_second
        await asyncio.sleep(self._free_at - now)
