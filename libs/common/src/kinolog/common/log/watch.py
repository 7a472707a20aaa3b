"""What is told of a connection to NATS: that it is away, at once and then ever more rarely, and that it is back."""

from collections.abc import Callable
from typing import Final

import structlog
from nats.errors import AuthorizationError, StaleConnectionError

from kinolog.common.errors import NotLetIn

_FIRST_SILENCE_SECONDS: Final = 5.0
_LONGEST_SILENCE_SECONDS: Final = 60.0
# As the server says it; nats-py hands it on as an error like any other while it connects.
_NOT_LET_IN: Final = "authorization violation"

_logger: Final = structlog.get_logger(__name__)


class Watch:
    """Of one connection to `address`, in which no password stands. `clock` tells seconds from any beginning."""

    def __init__(self, name: str, address: str, clock: Callable[[], float]) -> None:
        self._address = address
        self._told = _logger.bind(connection=name, address=address)
        self._clock = clock
        self._is_starting, self._is_away = True, False
        self._silence_seconds = _FIRST_SILENCE_SECONDS
        self._tell_at = clock()
        self._may_be_refusal_until = clock() + _FIRST_SILENCE_SECONDS
        self._cause: Exception | None = None

    def error(self, error: Exception, *, is_connected: bool) -> None:
        """Raises NotLetIn, only where the connection is not there for the first time yet."""
        if self._is_starting and _is_refusal(error):
            raise NotLetIn(self._address)
        if not is_connected:
            self._not_reached(error)
        elif isinstance(error, OSError | StaleConnectionError) or _is_refusal(error):
            self._cause = error  # The loss that follows is told together with it.
        else:
            self._told.warning("NATS reported an error", error=repr(error))

    def lost(self) -> None:
        self._told.warning("Lost the connection to NATS", error=repr(self._cause) if self._cause else None)
        self._be_silent()

    def connected(self) -> None:
        if self._is_away:
            self._told.info("Connected to NATS")
        self._is_starting, self._is_away, self._cause = False, False, None
        self._silence_seconds, self._tell_at = _FIRST_SILENCE_SECONDS, self._clock()

    def _not_reached(self, error: Exception) -> None:
        """A server that refuses us may break the connection before it is heard saying so: the next attempt tells."""
        if isinstance(error, ConnectionResetError) and self._clock() < self._may_be_refusal_until:
            return
        if self._clock() >= self._tell_at:
            self._told.warning("NATS cannot be reached; trying on", error=repr(error))
            self._be_silent()

    def _be_silent(self) -> None:
        self._is_away = True
        self._tell_at = self._clock() + self._silence_seconds
        self._silence_seconds = min(2 * self._silence_seconds, _LONGEST_SILENCE_SECONDS)


def shown_address(nats_url: str) -> str:
    """Without the user and the password that may stand in it."""
    return ", ".join(_shown(url.strip()) for url in nats_url.split(","))


def _shown(url: str) -> str:
    scheme, mark, rest = url.rpartition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def _is_refusal(error: Exception) -> bool:
    return isinstance(error, AuthorizationError) or _NOT_LET_IN in str(error).lower()
