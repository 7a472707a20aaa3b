"""Telling the process managers that there may be something to do, by the types of the events that were applied."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable

from kinolog.common.events import Event, RecordedEvent
from kinolog.common.log import Unreadable

Listener = Callable[[RecordedEvent], None]


class Bell:
    """Rung when it is time to look. Clear it before the look, never after it: what comes meanwhile counts."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    def clear(self) -> None:
        self._rung.clear()

    async def wait(self, most_seconds: float) -> None:
        try:
            async with asyncio.timeout(most_seconds):
                await self._rung.wait()
        except TimeoutError:
            return


class Hearing:
    """Who listens for which events. Listeners are called once the events are in the rows, and must not wait."""

    def __init__(self) -> None:
        self._listeners: dict[type[Event], list[Listener]] = defaultdict(list)

    def listen(self, listener: Listener, *event_types: type[Event]) -> None:
        for event_type in event_types:
            self._listeners[event_type].append(listener)

    def tell(self, entries: Iterable[RecordedEvent | Unreadable]) -> None:
        for entry in entries:
            if isinstance(entry, RecordedEvent):
                for listener in self._listeners.get(type(entry.event), ()):
                    listener(entry)
