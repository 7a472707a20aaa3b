"""The slots of a worker: how many handlers run at once.

An attempt gives its slot back when its handler is done. What is to be written to the log keeps nobody from beginning,
but as long as the log is slow or away no more than as many again wait for it.
"""

import asyncio


class Slot:
    """That of one attempt."""


class Slots:
    """`have_room` is set while an attempt may begin, `are_unused` while none is under way."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.have_room, self.are_unused = asyncio.Event(), asyncio.Event()
        self._occupied: set[Slot] = set()
        self._under_way: set[Slot] = set()
        self._look()

    @property
    def free(self) -> int:
        """How many attempts may begin."""
        return min(self.count - len(self._occupied), 2 * self.count - len(self._under_way))

    def occupy(self) -> Slot:
        slot = Slot()
        self._occupied.add(slot)
        self._under_way.add(slot)
        self._look()
        return slot

    def give_back(self, slot: Slot) -> None:
        """The handler is done: another one may run."""
        self._occupied.discard(slot)
        self._look()

    def end(self, slot: Slot) -> None:
        """The attempt is settled, or never began."""
        self._under_way.discard(slot)
        self.give_back(slot)

    def _look(self) -> None:
        _set(self.have_room, is_so=self.free > 0)
        _set(self.are_unused, is_so=not self._under_way)


def _set(event: asyncio.Event, *, is_so: bool) -> None:
    if is_so:
        event.set()
    else:
        event.clear()
