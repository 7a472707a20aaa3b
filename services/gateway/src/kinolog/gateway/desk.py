"""The desk: where requests become events. It loads, lets a pure rule decide, appends, and decides again on a conflict.

An `Idempotency-Key` needs no table. What it creates gets an id derived from the key, so the second append of the same
key finds the first; a change of something that exists carries the key's command id as its causation.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic

from kinolog.common.aggregates.base import Aggregate, Loaded, S, fold, unborn
from kinolog.common.crashpoint import crashpoint
from kinolog.common.errors import Conflict, LogUnavailable
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.ids import IdSource, derived_id, new_id
from kinolog.common.log import AsOf, EventLog, Origin, load
from kinolog.gateway.auth import Caller
from kinolog.gateway.problems import Problem, not_found

MOST_ATTEMPTS: Final = 8
_RELOADS: Final = 20
_RELOAD_PAUSE_SECONDS: Final = 0.05

Decide = Callable[[S], Sequence[Event]]
SameRequest = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class Done(Generic[S]):
    """What a command led to. `is_replay` tells that an earlier request with the same key had done it already."""

    loaded: Loaded[S]
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """Who asks, under which key, and what they expect to change (the sequence of `If-Match`)."""

    caller: Caller
    key: str | None = None
    expected_sequence: int | None = None

    def new_id(self, prefix: str, make_id: IdSource) -> str:
        return make_id(prefix) if self.key is None else derived_id(prefix, self.caller.actor, self.key)

    def id_for(self, verb: str) -> str | None:
        return None if self.key is None else derived_id("cmd", self.caller.actor, verb, self.key)


class Desk:
    """`newest_sequence` is that of the newest event written or shown here: lists wait for it, so callers see in them
    what they did and what they have been told."""

    def __init__(self, log: EventLog, make_id: IdSource = new_id) -> None:
        self._log = log
        self._make_id = make_id
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
        return events

    async def create(
        self,
        aggregate: Aggregate[S],
        command: Command,
        make_event: Callable[[], Awaitable[Event]],
        is_same: SameRequest,
    ) -> Done[S]:
        """Bring something new to life, or find what the same key brought to life before.

        `make_event` may ask around and is not called for a repeated request; `is_same` compares such a request with
        the event that the first one led to.
        """
        aggregate_id = command.new_id(aggregate.id_prefix, self._make_id)
        if command.key is not None and (earlier := await self._log.read(aggregate.kind, aggregate_id)):
            return _replayed(aggregate, aggregate_id, earlier, is_same)
        try:
            return await self._append(unborn(aggregate, aggregate_id), [await make_event()], command.caller.origin())
        except Conflict:
            earlier = await self._log.read(aggregate.kind, aggregate_id)
            return _replayed(aggregate, aggregate_id, earlier, is_same)

    async def change(
        self, aggregate: Aggregate[S], aggregate_id: str, command: Command, verb: str, decide: Decide[S]
    ) -> Done[S]:
        """Let `decide` say what happens to something that exists; no event means that nothing needs to."""
        for _ in range(MOST_ATTEMPTS):
            try:
                return await self._change_once(aggregate, aggregate_id, command, verb, decide)
            except Conflict:
                continue
        raise Conflict([f"{aggregate.kind} {aggregate_id}"])

    async def _change_once(
        self, aggregate: Aggregate[S], aggregate_id: str, command: Command, verb: str, decide: Decide[S]
    ) -> Done[S]:
        events = await self.history(aggregate, aggregate_id)
        loaded, command_id = fold(aggregate, aggregate_id, events), command.id_for(verb)
        if loaded.state is None:
            raise not_found(aggregate.kind, aggregate_id)
        if command_id is not None and any(event.metadata.causation_id == command_id for event in events):
            return Done(loaded, is_replay=True)
        _refuse_if_changed(loaded, command.expected_sequence)
        decided = decide(loaded.state)
        if not decided:
            return Done(loaded)
        return await self._append(loaded, decided, command.caller.origin(command_id))

    async def _append(self, loaded: Loaded[S], events: Sequence[Event], origin: Origin) -> Done[S]:
        sequence = await self._log.append(loaded.changes(*events), origin)
        crashpoint("gateway.after_append")
        self.newest_sequence = max(self.newest_sequence, sequence)
        return Done(await self._reload(loaded, sequence))

    async def _reload(self, before: Loaded[S], sequence: int) -> Loaded[S]:
        """A follower of a cluster may answer a moment late, and must not make us deny what was just written."""
        for _ in range(_RELOADS):
            loaded = await load(self._log, before.aggregate, before.id)
            if loaded.sequence >= sequence:
                return loaded
            await asyncio.sleep(_RELOAD_PAUSE_SECONDS)
        raise LogUnavailable(f"the log does not show the sequence {sequence} yet")


def _replayed(
    aggregate: Aggregate[S], aggregate_id: str, events: Sequence[RecordedEvent], is_same: SameRequest
) -> Done[S]:
    if not is_same(events[0].event):
        raise Problem("idempotency-mismatch", "use a new Idempotency-Key for a new request")
    return Done(fold(aggregate, aggregate_id, events), is_replay=True)


def _refuse_if_changed(loaded: Loaded[S], expected_sequence: int | None) -> None:
    if expected_sequence is not None and expected_sequence != loaded.sequence:
        detail = f'it stands at ETag "{loaded.sequence}" now: read it again, then repeat the change'
        raise Problem("precondition-failed", detail, headers={"ETag": f'"{loaded.sequence}"'})
