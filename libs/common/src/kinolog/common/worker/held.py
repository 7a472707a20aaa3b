"""A worker's hold on a job: the job as of its last event, and appends that no other hand can come between.

What is appended expects the last event that is known, the fencing token at first. A conflict is looked into: while the
attempt is still this worker's, the decision is made anew; otherwise the job is lost and nothing was written.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from kinolog.common.aggregates import JOB, Change, Job, Loaded
from kinolog.common.aggregates.base import advance
from kinolog.common.errors import Conflict, KinologError
from kinolog.common.events import Event, Metadata, RecordedEvent
from kinolog.common.events.job import JobQueued
from kinolog.common.log import EventLog, load
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.outcome import Interruption

# How long, in all, a replica may lag behind before what it says is believed.
_LOOKS: Final = 6
_LOOK_PAUSE_SECONDS: Final = 0.1

Companions = Callable[[Event], Sequence[Change]]


class JobLost(KinologError):
    """The attempt does not own its job any more: whatever it made is to be dropped."""


def _alone(_: Event) -> Sequence[Change]:
    return ()


class Held:
    def __init__(self, log: EventLog, identity: Identity, loaded: Loaded[Job]) -> None:
        self._log = log
        self._identity = identity
        self._known = loaded
        self._written: tuple[Change, int] | None = None
        self._attempt = loaded.require().attempt
        self._writing = asyncio.Lock()

    @property
    def job(self) -> Job:
        return self._loaded.require()

    @property
    def _loaded(self) -> Loaded[Job]:
        """What this worker wrote last is folded when somebody asks: after the end of an attempt nobody does."""
        if self._written is not None:
            change, sequence = self._written
            self._known, self._written = advanced(self._known, change, sequence, self._identity), None
        return self._known

    async def write(self, decide: Callable[[Job], Event], together_with: Companions = _alone) -> Event:
        """Append what is decided, and return it. `together_with` names what appears with that event, or not at all.

        Raises JobLost; Conflict when not the job but something that was to change with it has moved on; and what
        `decide` and `EventLog.append` raise.
        """
        async with self._writing:
            while True:
                event = decide(self.job)
                try:
                    return await self._append(event, together_with(event))
                except Conflict:
                    if not await self._has_moved():
                        raise

    async def standing(self) -> Interruption | None:
        """What the log says against going on: the job has passed into other hands, or is to be cancelled."""
        now = await load(self._log, JOB, self._loaded.id)
        if now.sequence < self._loaded.sequence:
            return None  # A replica lags behind what this worker has written itself.
        if not self._is_mine(now.require()):
            return Interruption.LOST
        return Interruption.CANCELLED if now.require().cancel_requested else None

    async def _append(self, event: Event, companions: Sequence[Change]) -> Event:
        changes = own_changes(self._loaded, event, self._identity)
        origin = self._identity.origin(self.job.correlation_id)
        sequence = await self._log.append([*companions, *changes], origin)
        self._written = changes[-1], sequence
        return event

    async def _has_moved(self) -> bool:
        """Look at the job until a replica knows what caused the conflict, but not for long. Raises JobLost."""
        for _ in range(_LOOKS):
            now = await load(self._log, JOB, self._loaded.id)
            if now.sequence > self._loaded.sequence:
                return self._follow(now)
            await asyncio.sleep(_LOOK_PAUSE_SECONDS)
        return False

    def _follow(self, now: Loaded[Job]) -> bool:
        if not self._is_mine(now.require()):
            raise JobLost(f"the job {now.id} is not attempt {self._attempt} of this worker any more")
        self._known, self._written = now, None
        return True

    def _is_mine(self, job: Job) -> bool:
        return job.is_attempt_of(self._identity.worker_id, self._attempt)


def own_changes(loaded: Loaded[Job], event: Event, identity: Identity) -> list[Change]:
    """A `queued` event's subject must end with its lane, all others end with the service that wrote them."""
    return loaded.changes(event, written_by=None if isinstance(event, JobQueued) else identity.service)


def advanced(loaded: Loaded[Job], change: Change, sequence: int, identity: Identity) -> Loaded[Job]:
    """The job after an event that this worker has just written, without reading it back."""
    metadata = Metadata(
        event_id="",
        occurred_at=identity.clock(),
        source=identity.service,
        actor=identity.actor,
        correlation_id=loaded.require().correlation_id,
    )
    return advance(
        loaded, RecordedEvent(sequence=sequence, subject=change.subject, event=change.event, metadata=metadata)
    )
