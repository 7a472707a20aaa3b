"""Several queues in one, the first one first: a machine with a GPU serves those who ask for it before all others."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from kinolog.common.worker.queue import Delivery
from kinolog.common.worker.wait import wait_for_any

# Nothing announces that a queue may be taken from again.
_CLOSED_PAUSE_SECONDS: Final = 0.5


class Course(Protocol):
    async def look(self, most: int) -> Sequence[Delivery]:
        """What is there now, up to `most`, the most urgent first."""
        ...

    async def wait(self, stopping: asyncio.Event) -> None:
        """Until it is worth while to look again."""
        ...


class PreferenceQueue:
    """See `WorkQueue`. `courses` by the name of the queue; `may_take` is asked before and after each look."""

    def __init__(self, courses: Mapping[str, Course], may_take: Callable[[str], bool]) -> None:
        self._courses = courses
        self._may_take = may_take

    async def take(self, most: int, stopping: asyncio.Event) -> Sequence[Delivery]:
        while not stopping.is_set():
            for queue in filter(self._may_take, self._courses):
                if taken := await self._look(queue, most):
                    return taken
            await self._wait(stopping)
        return ()

    async def _look(self, queue: str, most: int) -> Sequence[Delivery]:
        taken = await self._courses[queue].look(most)
        if self._may_take(queue):
            return taken
        for delivery in taken:  # Closed while it was looked at
            await delivery.hand_back(0)
        return ()

    async def _wait(self, stopping: asyncio.Event) -> None:
        """For whichever open queue is first; a closed one would be ready for ever."""
        courses = [self._courses[queue] for queue in filter(self._may_take, self._courses)]
        if not courses:
            await wait_for_any(stopping, seconds=_CLOSED_PAUSE_SECONDS)
            return
        waits = [asyncio.ensure_future(course.wait(stopping)) for course in courses]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
