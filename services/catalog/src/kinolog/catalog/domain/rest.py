"""How long the projection rests between two transactions, so that the next one has more to write at once."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """While it is busy it rests longer: what a job goes through within that time is written in one piece."""

    seconds: float = 0.0
    busy_seconds: float = 0.0
    busy_events: int = 1

    def after(self, events: int) -> float:
        """Seconds to rest after a transaction of so many events."""
        return self.busy_seconds if events >= self.busy_events else self.seconds


NO_REST: Final = Rest()
