"""How fast bytes arrive, and whether that is fast enough."""

from collections.abc import Callable

from kinolog.common.errors import PassingError


class Pace:
    """Of one connection. `clock` tells seconds from any beginning."""

    def __init__(self, clock: Callable[[], float], *, lowest_bytes_per_second: float, window_seconds: float) -> None:
        self._clock = clock
        self._lowest = lowest_bytes_per_second
        self._window_seconds = window_seconds
        self._began = self._window_began = clock()
        self._received = self._received_before_window = 0

    def note(self, size_bytes: int) -> None:
        """Count what has arrived. Raises PassingError at the end of a window in which that was too little."""
        self._received += size_bytes
        elapsed = self._clock() - self._window_began
        if elapsed < self._window_seconds:
            return
        speed = (self._received - self._received_before_window) / elapsed
        if speed < self._lowest:
            message = f"The server sends only {speed:.0f} bytes a second; {self._lowest:g} are the least."
            raise PassingError("source_too_slow", message)
        self._window_began += elapsed
        self._received_before_window = self._received

    def eta_seconds(self, remaining_bytes: int) -> float | None:
        """None before anything is known."""
        elapsed = self._clock() - self._began
        return remaining_bytes * elapsed / self._received if self._received and elapsed else None
