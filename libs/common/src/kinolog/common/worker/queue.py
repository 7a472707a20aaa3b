"""What the runtime needs of a queue of runnable jobs."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import PickedBecause


class Delivery(Protocol):
    """One `queued` event, handed to this worker until it is acknowledged or its lease runs out."""

    @property
    def job_id(self) -> str: ...

    @property
    def sequence(self) -> int:
        """The sequence of the `queued` event."""
        ...

    @property
    def picked(self) -> PickedBecause:
        """Why it is this job's turn."""
        ...

    @property
    def traceparent(self) -> str | None:
        """The trace that queued the job (W3C Trace Context)."""
        ...

    def queued(self) -> RecordedEvent | None:
        """The event itself where it came along and nobody was given it before. Raises EventUnreadable."""
        ...

    async def ack(self) -> None:
        """Forget it: the log says what became of the job."""
        ...

    async def hand_back(self, delay_seconds: float) -> None:
        """Deliver it again, to anyone, after the delay."""
        ...

    async def hold(self) -> None:
        """Begin the lease anew."""
        ...


class WorkQueue(Protocol):
    async def take(self, most: int, stopping: asyncio.Event) -> Sequence[Delivery]:
        """The most urgent runnable jobs, `most` at most, waiting for one at least; none once `stopping` is set."""
        ...
