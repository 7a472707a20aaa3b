"""What one user of the way out may do, and what became of it."""

from dataclasses import dataclass, field
from typing import Final

from kinolog.common.errors import PermanentError

# A hostile feed names as many as it likes; these are for people to read.
_MOST_HOSTS_TOLD: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressLimits:
    """How far connections go; see the settings of the same names. The pass has a limit on all its bytes besides."""

    max_head_bytes: int
    max_connections: int
    max_connections_at_once: int
    max_connection_bytes: int
    head_timeout_seconds: float
    connect_timeout_seconds: float
    idle_timeout_seconds: float
    lowest_speed_bytes_per_second: float
    speed_window_seconds: float


class OverBudget(Exception):
    """More was to pass than may."""


@dataclass(slots=True)
class EgressPass:
    """A way out. Whoever has `url` may use it, so it belongs into no log, no command line and no event.

    `refused_hosts` are some of those that were not connected to, `unreachable_count` tells how often one that may be
    connected to was not there. `passed_bytes` counts both directions; `slowest_bytes_per_second` is how fast a server
    was that was cut off for being too slow.
    """

    url: str = field(repr=False)
    max_bytes: int
    passed_bytes: int = 0
    connection_count: int = 0
    unreachable_count: int = 0
    slowest_bytes_per_second: float | None = None
    is_over_budget: bool = False
    refused_hosts: list[str] = field(default_factory=list)
    _first_refusal: PermanentError | None = None

    @property
    def refusal(self) -> PermanentError | None:
        """Why a connection was refused or ended for good: `url_not_allowed`, `media_limits`, or None."""
        if self._first_refusal is not None or not self.is_over_budget:
            return self._first_refusal
        message = f"More than {self.max_bytes} bytes, or too many connections, were needed; that is more than is taken."
        return PermanentError("media_limits", message)

    def refuse(self, host: str, refusal: PermanentError) -> None:
        self._first_refusal = self._first_refusal or refusal
        if len(self.refused_hosts) < _MOST_HOSTS_TOLD and host not in self.refused_hosts:
            self.refused_hosts.append(host)

    def count_connection(self, most: int) -> None:
        """Raises OverBudget."""
        self.connection_count += 1
        if self.connection_count > most:
            raise self.over()

    def count(self, size_bytes: int) -> None:
        """Raises OverBudget."""
        self.passed_bytes += size_bytes
        if self.passed_bytes > self.max_bytes:
            raise self.over()

    def over(self) -> OverBudget:
        """What to raise where a limit is reached; the pass remembers it."""
        self.is_over_budget = True
        return OverBudget()
