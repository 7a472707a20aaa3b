"""What the log can do, as its users see it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kinolog.common.aggregates.base import Change
from kinolog.common.events import RecordedEvent

AsOf = int | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an append comes from: the service, the person or worker, and the request it serves.

    `occurred_at` is for what is told later than it happened, as what is imported; it has a time zone.
    """

    source: str
    actor: str
    correlation_id: str
    causation_id: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored message that today's code cannot decode; it concerns its own aggregate only.

    `is_newer` tells that a newer release wrote it: reading on would fold half a history. `event_id` is empty where
    even that is missing.
    """

    sequence: int
    subject: str
    reason: str
    is_newer: bool = False
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive entries of the log. `is_caught_up` tells that no later entry existed when it was read.

    `stream_created` tells which stream they are of, as a checkpoint does; only a tail knows that for nothing.
    """

    entries: tuple[RecordedEvent | Unreadable, ...]
    is_caught_up: bool
    stream_created: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far a reader has come, and in which stream: enough to notice a log that was rewound or replaced."""

    sequence: int
    event_id: str
    stream_created: str


class EventLog(Protocol):
    """The log. Every method raises LogUnavailable when NATS does not answer within its deadline."""

    async def append(self, changes: Sequence[Change], origin: Origin) -> int:
        """Write all changes, or none, and return the sequence of the last one.

        Raises Conflict when any aggregate has moved on, OutcomeUnknown when no answer could be had in time, and
        Refused with the code `event-too-large` for an event that does not fit.
        """
        ...

    async def read(self, kind: str, aggregate_id: str) -> list[RecordedEvent]:
        """All events of one aggregate in order, with one request. Raises EventUnreadable."""
        ...

    async def births(self, kind: str) -> list[RecordedEvent | Unreadable]:
        """The first event of every aggregate of a kind, in order.

        It takes as long as there are aggregates of the kind, so it is for a job that takes seconds anyway, no more.
        """
        ...

    async def scan(self, after: int, limit: int) -> Batch:
        """Up to `limit` entries that follow a sequence."""
        ...

    def tail(self, after: int) -> AsyncIterator[Batch]:
        """Every entry after a sequence, for ever, in order, in batches of one at least. Raises LogCorrupt at a gap."""
        ...

    async def last_sequence(self) -> int:
        """The sequence of the newest entry, 0 in an empty log."""
        ...

    async def checkpoint(self, sequence: int) -> Checkpoint:
        """Describe the log at a sequence, for `verify` to compare later."""
        ...

    async def verify(self, checkpoint: Checkpoint) -> None:
        """Raise LogCorrupt unless this log is the one that the checkpoint was taken of."""
        ...
