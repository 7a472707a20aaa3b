"""How far the rows have come, and waiting for them to get there."""

import asyncio

from kinolog.catalog.domain.errors import Stale


class Applied:
    """Begins before the sequence 0 of an empty log: until then there may not even be tables."""

    def __init__(self) -> None:
        self._sequence = -1
        self._grew = asyncio.Condition()

    @property
    def sequence(self) -> int:
        return self._sequence

    async def reach(self, sequence: int) -> None:
        async with self._grew:
            self._sequence = max(self._sequence, sequence)
            self._grew.notify_all()

    async def wait_for(self, sequence: int, *, within_seconds: float | None = None) -> int:
        """Return the sequence reached, at least the asked one. Raises Stale when that takes too long."""
        try:
            async with asyncio.timeout(within_seconds), self._grew:
                await self._grew.wait_for(lambda: self._sequence >= sequence)
        except TimeoutError as error:
            raise Stale(
                f"the catalog has applied {self._sequence} and did not reach {sequence} within {within_seconds} s"
            ) from error
        return self._sequence
