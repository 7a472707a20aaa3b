"""The log in memory: the same behaviour as on JetStream, for tests that should take no time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from kinolog.common import ids
from kinolog.common.aggregates.base import Change
from kinolog.common.clock import Clock, system_clock
from kinolog.common.errors import Conflict, LogCorrupt
from kinolog.common.events import RecordedEvent
from kinolog.common.events.envelope import from_stored, to_body, to_headers
from kinolog.common.log.entry import entry_of
from kinolog.common.log.port import Batch, Checkpoint, Origin, Unreadable
from kinolog.common.log.stamp import stamp

StoredMessage = tuple[str, dict[str, str], bytes]


class MemoryLog:
    """Stores subject, headers and body of each event, as the stream does, so that every read decodes."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._created = ids.new_id("str")
        self._messages: list[StoredMessage] = []
        self._of_aggregate: dict[str, list[int]] = {}
        self._grew = asyncio.Condition()

    async def append(self, changes: Sequence[Change], origin: Origin) -> int:
        if stale := [change.filter for change in changes if self._last_of(change.filter) != change.expected_sequence]:
            raise Conflict(stale)
        bodies = [to_body(change.event) for change in changes]
        for change, body in zip(changes, bodies, strict=True):
            self._store(str(change.subject), to_headers(change.event, stamp(origin, self._clock)), body)
        await self._announce()
        return len(self._messages)

    async def append_raw(self, subject: str, headers: dict[str, str], body: bytes) -> int:
        """Store a message as it is, however broken: tests of bad events need it."""
        self._store(subject, headers, body)
        await self._announce()
        return len(self._messages)

    async def read(self, kind: str, aggregate_id: str) -> list[RecordedEvent]:
        sequences = self._of_aggregate.get(f"evt.{kind}.{aggregate_id}.>", [])
        return [from_stored(sequence, *self._messages[sequence - 1]) for sequence in sequences]

    async def births(self, kind: str) -> list[RecordedEvent | Unreadable]:
        firsts = sorted(own[0] for name, own in self._of_aggregate.items() if name.startswith(f"evt.{kind}."))
        return [entry_of(sequence, *self._messages[sequence - 1]) for sequence in firsts]

    async def scan(self, after: int, limit: int) -> Batch:
        until = min(after + limit, len(self._messages))
        entries = tuple(entry_of(sequence, *self._messages[sequence - 1]) for sequence in range(after + 1, until + 1))
        return Batch(entries, is_caught_up=until >= len(self._messages))

    async def tail(self, after: int) -> AsyncIterator[Batch]:
        while True:
            async with self._grew:
                while len(self._messages) <= after:
                    await self._grew.wait()
            batch = await self.scan(after, limit=500)
            after += len(batch.entries)
            yield replace(batch, stream_created=self._created)

    async def last_sequence(self) -> int:
        return len(self._messages)

    async def checkpoint(self, sequence: int) -> Checkpoint:
        event_id = self._messages[sequence - 1][1].get("ce-id", "") if sequence else ""
        return Checkpoint(sequence=sequence, event_id=event_id, stream_created=self._created)

    async def verify(self, checkpoint: Checkpoint) -> None:
        if checkpoint.sequence > len(self._messages):
            raise LogCorrupt(f"the log ends before the checkpoint at {checkpoint.sequence}")
        if await self.checkpoint(checkpoint.sequence) != checkpoint:
            raise LogCorrupt(f"the log is not the one that was read up to {checkpoint.sequence}")

    def _last_of(self, aggregate_filter: str) -> int:
        sequences = self._of_aggregate.get(aggregate_filter)
        return sequences[-1] if sequences else 0

    def _store(self, subject: str, headers: dict[str, str], body: bytes) -> None:
        self._messages.append((subject, headers, body))
        _, kind, aggregate_id, *_ = subject.split(".")
        self._of_aggregate.setdefault(f"evt.{kind}.{aggregate_id}.>", []).append(len(self._messages))

    async def _announce(self) -> None:
        async with self._grew:
            self._grew.notify_all()
