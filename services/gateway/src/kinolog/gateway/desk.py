"""The desk: where requests become events. It loads, lets a pure rule decide, appends, and decides again on a conflict.

An `Idempotency-Key` needs no table. What it creates gets an id derived from the key, so the second append of the same
key finds the first; and every event that a key led to carries the key's command, with a fingerprint of what was asked,
as its causation, so that the same key for something else is noticed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Generic

from kinolog.common.aggregates.base import Aggregate, Loaded, S, fold, unborn
from kinolog.common.crashpoint import crashpoint
from kinolog.common.errors import Conflict, LogUnavailable
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.log import AsOf, EventLog, Origin, load
from kinolog.gateway.command import Command
from kinolog.gateway.problems import Problem, not_found

MOST_ATTEMPTS: Final = 8
_RELOADS: Final = 20
_RELOAD_PAUSE_SECONDS: Final = 0.05

Decide = Callable[[S], Sequence[Event]]
DecideAnew = Callable[[S | None], Sequence[Event]]
Revise = Callable[[S, Sequence[RecordedEvent]], Awaitable[Sequence[Event]]]
MakeEvent = Callable[[], Awaitable[Event]]


@dataclass(frozen=True, slots=True)
class Done(Generic[S]):
    """What a command led to. `is_replay` tells that an earlier request with the same key had done it already."""

    loaded: Loaded[S]
    is_replay: bool = False
    is_changed: bool = False


class Desk:
    """`newest_sequence` is that of the newest event written or shown here: lists wait for it, so callers see in them
    what they did and what they have been told."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.newest_sequence = 0

    async def find(self, aggregate: Aggregate[S], aggregate_id: str, *, as_of: AsOf | None = None) -> Loaded[S]:
        """What exists, or does not."""
        loaded = await load(self._log, aggregate, aggregate_id, as_of=as_of)
        self.newest_sequence = max(self.newest_sequence, loaded.sequence)
        return loaded

    async def last_sequence(self) -> int:
        """That of the newest event of all, whoever wrote it."""
        return await self._log.last_sequence()

    async def load(self, aggregate: Aggregate[S], aggregate_id: str, *, as_of: AsOf | None = None) -> Loaded[S]:
        """What exists. Raises the problem `not-found`."""
        loaded = await self.find(aggregate, aggregate_id, as_of=as_of)
        if not loaded.exists:
            raise not_found(aggregate.kind, aggregate_id)
        return loaded

    async def history(self, aggregate: Aggregate[S], aggregate_id: str) -> list[RecordedEvent]:
        events = await self._log.read(aggregate.kind, aggregate_id)
        if not events:
            raise not_found(aggregate.kind, aggregate_id)
        self.newest_sequence = max(self.newest_sequence, events[-1].sequence)
        return events

    async def create(
        self, aggregate: Aggregate[S], command: Command, make_event: MakeEvent, *, new_id: str | None = None
    ) -> Done[S]:
        """Bring something new to life, or find what the same key brought to life before.

        Raises the problem `idempotency-mismatch` when that came from another request. `new_id` is the command's own,
        for whoever needed it before.
        """
        aggregate_id = new_id or command.new_id(aggregate.id_prefix)
        if command.key is not None and (earlier := await self._log.read(aggregate.kind, aggregate_id)):
            return _replayed(aggregate, aggregate_id, earlier, command)
        try:
            return await self._append(unborn(aggregate, aggregate_id), [await make_event()], command.origin("create"))
        except Conflict:
            earlier = await self._log.read(aggregate.kind, aggregate_id)
            return _replayed(aggregate, aggregate_id, earlier, command)

    async def is_made(self, aggregate: Aggregate[S], aggregate_id: str, command: Command) -> bool:
        """Whether the key brought it to life before. Raises the problem `idempotency-mismatch` when that was for
        another request.
        """
        earlier = await self._log.read(aggregate.kind, aggregate_id)
        return bool(earlier) and command.is_cause_of(earlier[0], "create")

    async def change(
        self, aggregate: Aggregate[S], aggregate_id: str, command: Command, verb: str, decide: Decide[S]
    ) -> Done[S]:
        """Let `decide` say what happens to something that exists; no event means that nothing needs to."""

        def decide_on_existing(state: S | None) -> Sequence[Event]:
            if state is None:
                raise not_found(aggregate.kind, aggregate_id)
            return decide(state)

        return await self.put(aggregate, aggregate_id, command, verb, decide_on_existing)

    async def put(
        self, aggregate: Aggregate[S], aggregate_id: str, command: Command, verb: str, decide: DecideAnew[S]
    ) -> Done[S]:
        """As `change`, for something that need not exist yet."""
        return await _insist(lambda: self._put_once(aggregate, aggregate_id, command, verb, decide))

    async def revise(
        self, aggregate: Aggregate[S], aggregate_id: str, command: Command, verb: str, decide: Revise[S]
    ) -> Done[S]:
        """As `change`, for what takes time to decide, or a look at all that has happened so far."""
        return await _insist(lambda: self._revise_once(aggregate, aggregate_id, command, verb, decide))

    async def _revise_once(
        self, aggregate: Aggregate[S], aggregate_id: str, command: Command, verb: str, decide: Revise[S]
    ) -> Done[S]:
        events = await self._log.read(aggregate.kind, aggregate_id)
        loaded = fold(aggregate, aggregate_id, events)
        if loaded.state is None:
            raise not_found(aggregate.kind, aggregate_id)
        if any(command.is_cause_of(event, verb) for event in events):
            return Done(loaded, is_replay=True)
        _refuse_if_changed(loaded, command.expected_sequence)
        decided = await decide(loaded.state, events)
        return await self._append(loaded, decided, command.origin(verb)) if decided else Done(loaded)

    async def _put_once(
        self, aggregate: Aggregate[S], aggregate_id: str, command: Command, verb: str, decide: DecideAnew[S]
    ) -> Done[S]:
        events = await self._log.read(aggregate.kind, aggregate_id)
        loaded = fold(aggregate, aggregate_id, events)
        if any(command.is_cause_of(event, verb) for event in events):
            return Done(loaded, is_replay=True)
        decided = decide(loaded.state)
        _refuse_if_changed(loaded, command.expected_sequence)
        if not decided:
            return Done(loaded)
        return await self._append(loaded, decided, command.origin(verb))

    async def _append(self, loaded: Loaded[S], events: Sequence[Event], origin: Origin) -> Done[S]:
        sequence = await self._log.append(loaded.changes(*events), origin)
        crashpoint("gateway.after_append")
        self.newest_sequence = max(self.newest_sequence, sequence)
        return Done(await self._reload(loaded, sequence), is_changed=True)

    async def _reload(self, before: Loaded[S], sequence: int) -> Loaded[S]:
        """A follower of a cluster may answer a moment late, and must not make us deny what was just written."""
        for _ in range(_RELOADS):
            loaded = await load(self._log, before.aggregate, before.id)
            if loaded.sequence >= sequence:
                return loaded
            await asyncio.sleep(_RELOAD_PAUSE_SECONDS)
        raise LogUnavailable(f"the log does not show the sequence {sequence} yet")


async def _insist(once: Callable[[], Awaitable[Done[S]]]) -> Done[S]:
    """Again as long as others come in between. Raises Conflict where they keep doing so."""
    for _ in range(MOST_ATTEMPTS - 1):
        with suppress(Conflict):
            return await once()
    return await once()


def _replayed(aggregate: Aggregate[S], aggregate_id: str, events: Sequence[RecordedEvent], command: Command) -> Done[S]:
    command.is_cause_of(events[0], "create")
    return Done(fold(aggregate, aggregate_id, events), is_replay=True)


def _refuse_if_changed(loaded: Loaded[S], expected_sequence: int | None) -> None:
    if expected_sequence is not None and expected_sequence != loaded.sequence:
        detail = f'it stands at ETag "{loaded.sequence}" now: read it again, then repeat the change'
        raise Problem("precondition-failed", detail, headers={"ETag": f'"{loaded.sequence}"'})
