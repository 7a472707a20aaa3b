"""The frame of every process manager: look when the bell rings, and every so often in case it did not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from kinolog.catalog.domain.bell import Bell
from kinolog.catalog.domain.errors import StoreUnavailable
from kinolog.common.errors import Conflict, LogUnavailable, OutcomeUnknown
from kinolog.common.log import Origin

_logger: Final = structlog.get_logger(__name__)


async def keep_looking(
    look: Callable[[], Awaitable[float | None]], bell: Bell, *, pause_seconds: float, interval_seconds: float
) -> None:
    """Look again and again, for ever, through every outage and every race with somebody else.

    `look` may return in how many seconds it wants to look again at the latest. Rings within a pause count as one.
    """
    while True:
        bell.clear()
        again_seconds: float | None = None
        try:
            again_seconds = await look()
        except Conflict as race:
            _logger.info("Somebody else was faster", manager=look.__qualname__, error=str(race))
        except (StoreUnavailable, LogUnavailable, OutcomeUnknown) as error:
            _logger.warning("Could not look what is to be done", manager=look.__qualname__, error=str(error))
        await asyncio.sleep(pause_seconds)
        again_seconds = interval_seconds if again_seconds is None else min(again_seconds, interval_seconds)
        await bell.wait(max(0.0, again_seconds - pause_seconds))


def origin_of(manager: str, correlation_id: str) -> Origin:
    return Origin(source="catalog", actor=f"catalog:{manager}", correlation_id=correlation_id)
