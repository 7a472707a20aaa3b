"""How far the rows have come, and waiting for them to get there."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from kinolog.catalog.domain.errors import Stale


class Applied:
    """Begins before the sequence 0 of an empty log: until then there may not even be tables."""

    def __init__(self) -> None:
        self._sequence = -1
        self._waiting = 0
        self._changed = asyncio.Condition()

    @property
    def sequence(self) -> int:
        return self._sequence

    async def reach(self, sequence: int) -> None:
        async with self._changed:
            self._sequence = max(self._sequence, sequence)
            self._changed.notify_all()

    async def wait_for(self, sequence: int, *, within_seconds: float | None = None) -> int:
        """Return the sequence reached, at least the asked one. Raises Stale when that takes too long."""
        try:
            async with asyncio.timeout(within_seconds), self._changed:
                await self._wait_until(lambda: self._sequence >= sequence)
        except TimeoutError as error:
            raise Stale(
                f"the catalog has applied {self._sequence} and did not reach {sequence} within {within_seconds} s"
            ) from error
        return self._sequence

    async def rest(self, seconds: float) -> None:
        """Let that time pass, but none of it while somebody waits for a sequence."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._waiting > 0)

    async def _wait_until(self, condition: Callable[[], bool]) -> None:
        if condition():
            return
        self._waiting += 1
        self._changed.notify_all()
        try:
            await self._changed.wait_for(condition)
        finally:
            self._waiting -= 1
