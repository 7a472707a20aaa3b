"""What the runtime needs of a queue of runnable jobs."""

import asyncio
from typing import Protocol


class Delivery(Protocol):
    """One `queued` event, handed to this worker until it is acknowledged or its lease runs out."""

    @property
    def job_id(self) -> str: ...

    @property
    def sequence(self) -> int:
        """The sequence of the `queued` event."""
        ...

    @property
    def traceparent(self) -> str | None:
        """The trace that queued the job (W3C Trace Context)."""
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
    async def next(self, stopping: asyncio.Event) -> Delivery | None:
        """The most urgent runnable job, waiting for one; None once `stopping` is set."""
        ...
