"""How long an attempt spent in each of its phases."""

from collections.abc import Callable
from typing import Final

from kinolog.common.events.job import Phase

_MOST_PHASES: Final = 50
_DECIMALS: Final = 3


class Phases:
    """`clock` tells seconds from any beginning. A phase that is entered again goes on where it was left."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}
        self._current: str | None = None
        self._since = 0.0

    def enter(self, name: str) -> None:
        if name == self._current:
            return
        self._close()
        self._current, self._since = name, self._clock()

    def ended(self) -> tuple[Phase, ...]:
        """All phases in the order in which they were first entered; the current one ends now."""
        self._close()
        self._current = None
        return tuple(Phase(name=name, seconds=round(seconds, _DECIMALS)) for name, seconds in self._seconds.items())

    def _close(self) -> None:
        if self._current is None:
            return
        if self._current in self._seconds or len(self._seconds) < _MOST_PHASES:
            spent = self._seconds.get(self._current, 0.0)
            self._seconds[self._current] = spent + self._clock() - self._since
