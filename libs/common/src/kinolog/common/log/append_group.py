"""A group: appends that leave as one atomic batch, and how each learns what became of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from kinolog.common.log.publish import Message


@dataclass(slots=True, eq=False)
class Call:
    """An append that waits. Its outcome is the sequence of its last message, or None when it has to go alone."""

    messages: Sequence[Message]
    outcome: asyncio.Future[int | None]

    @property
    def is_settled(self) -> bool:
        """Also true of one whose caller has given up."""
        return self.outcome.done()

    @property
    def was_let_go(self) -> bool:
        return (
            self.is_settled
            and not self.outcome.cancelled()
            and not self.outcome.exception()
            and not self.outcome.result()
        )

    @property
    def size_bytes(self) -> int:
        return sum(len(message.body) for message in self.messages)

    def tell(self, sequence: int | None) -> None:
        if not self.is_settled:
            self.outcome.set_result(sequence)

    def fail(self, error: BaseException) -> None:
        if not self.is_settled:
            self.outcome.set_exception(error)


@dataclass(slots=True)
class Group:
    """Never holds two calls of one aggregate: the second one's expectation could not come true."""

    max_events: int
    max_bytes: int
    calls: list[Call] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    size_bytes: int = 0
    aggregates: set[str] = field(default_factory=set)

    def has_room_for(self, call: Call) -> bool:
        """The first one always fits, however large it is."""
        if not self.calls:
            return True
        is_short_enough = len(self.messages) + len(call.messages) <= self.max_events
        return is_short_enough and self.size_bytes + call.size_bytes <= self.max_bytes

    def takes(self, call: Call) -> bool:
        """Take a call in, unless one of its aggregates is in the group already."""
        aggregates = {message.filter for message in call.messages}
        if not self.aggregates.isdisjoint(aggregates):
            return False
        self.aggregates |= aggregates
        self.calls.append(call)
        self.messages += call.messages
        self.size_bytes += call.size_bytes
        return True

    def was_stored(self, last_sequence: int) -> None:
        """The messages of an atomic batch stand one after another, so each call's own sequence follows."""
        sequence = last_sequence - len(self.messages)
        for call in self.calls:
            sequence += len(call.messages)
            call.tell(sequence)

    def failed(self, error: BaseException) -> None:
        for call in self.calls:
            call.fail(error)
