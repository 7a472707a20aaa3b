"""Bugs to plant: each takes one rule out of the runtime, the queue's users, the reaper, the projection or the log."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from simulation.ports import FaultyBoard
from simulation.rows import MemoryTransaction
from simulation.virtual_time import virtual_clock

from kinolog.catalog.domain.folding import Entry, Fold
from kinolog.catalog.handlers import projection, reaper
from kinolog.common.aggregates import Change, Job, JobStatus, Loaded
from kinolog.common.aggregates.job_decisions import fail_attempt
from kinolog.common.events import Event
from kinolog.common.events.job import JobQueued, JobStarted, QueuedBecause
from kinolog.common.log import Checkpoint, Origin
from kinolog.common.log.memory import MemoryLog
from kinolog.common.worker import settle
from kinolog.common.worker.claim import Claims
from kinolog.common.worker.control import Controls
from kinolog.common.worker.held import Held, advanced, own_changes
from kinolog.common.worker.outcome import Done, Ended
from kinolog.common.worker.patience import AttemptPatience
from kinolog.common.worker.progress import Heartbeat
from kinolog.common.worker.queue import Delivery
from kinolog.common.worker.settle import Settlements

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


def ack_before_commit(patch: Patch) -> None:
    right = Settlements.settle

    async def wrong(self: Settlements, held: Held, ended: Ended, delivery: Delivery) -> Event | None:
        await delivery.ack()
        return await right(self, held, ended, delivery)

    patch.setattr(Settlements, "settle", wrong)


def ack_although_the_job_was_lost(patch: Patch) -> None:
    right = Settlements.settle

    async def wrong(self: Settlements, held: Held, ended: Ended, delivery: Delivery) -> Event | None:
        event = await right(self, held, ended, delivery)
        if event is None:
            await delivery.ack()
        return event

    patch.setattr(Settlements, "settle", wrong)


def append_without_expectation(patch: Patch) -> None:
    right = MemoryLog.append

    async def wrong(self: MemoryLog, changes: Sequence[Change], origin: Origin) -> int:
        newest: list[Change] = []
        for change in changes:
            earlier = sum(each.filter == change.filter for each in newest)
            version = len(self._of_aggregate.get(change.filter, ())) + earlier + 1
            newest.append(replace(change, expected_sequence=self._last_of(change.filter), version=version))
        return await right(self, newest, origin)

    patch.setattr(MemoryLog, "append", wrong)


def commit_whoever_owns_the_job(patch: Patch) -> None:
    patch.setattr(Held, "_is_mine", lambda self, job: job.status is JobStatus.RUNNING)


def commit_although_cancelled(patch: Patch) -> None:
    right = Settlements._decide

    def wrong(self: Settlements, job: Job, ended: Ended) -> Event:
        return right(self, job.model_copy(update={"cancel_requested": False}), ended)

    patch.setattr(Settlements, "_decide", wrong)


def output_before_commit(patch: Patch) -> None:
    right = Settlements._write

    async def wrong(self: Settlements, held: Held, ended: Ended) -> Event:
        if isinstance(ended.outcome, Done) and ended.outcome.changes:
            await held._log.append(ended.outcome.changes, self.identity.origin(held.job.correlation_id))
            ended = replace(ended, outcome=Done(ended.outcome.output, ()))
        return await right(self, held, ended)

    patch.setattr(Settlements, "_write", wrong)


def start_without_a_claim(patch: Patch) -> None:
    right = Claims._next_step

    async def wrong(self: Claims, loaded: Loaded[Job], job: Job, picked: Any) -> Held | None:
        event = self._decide(job, picked)
        if not isinstance(event, JobStarted):
            return await right(self, loaded, job, picked)
        change = own_changes(loaded, event, self.identity)[0]
        started = advanced(loaded, change, loaded.sequence, self.identity)
        return Held(self.log, self.identity, replace(started, version=loaded.version))

    patch.setattr(Claims, "_next_step", wrong)


def start_while_the_lease_holds(patch: Patch) -> None:
    _wait_for(patch, only=JobStatus.PENDING)


def start_before_its_time(patch: Patch) -> None:
    _wait_for(patch, only=JobStatus.RUNNING)


def _wait_for(patch: Patch, *, only: JobStatus) -> None:
    right = Claims._delay

    async def wrong(self: Claims, job: Job) -> timedelta:
        return await right(self, job) if job.status is only else timedelta()

    patch.setattr(Claims, "_delay", wrong)


def retry_for_ever(patch: Patch) -> None:
    def wrong(job: Job, *args: Any, **kwargs: Any) -> Event:
        return fail_attempt(job.model_copy(update={"max_retries": 1_000}), *args, **kwargs)

    patch.setattr(settle, "fail_attempt", wrong)


def wait_for_ever(patch: Patch) -> None:
    patch.setattr(AttemptPatience, "verdict", lambda self, **_: None)


def beat_for_the_dead(patch: Patch) -> None:
    right, hearts = FaultyBoard.beat, set()

    async def beat_on(self: FaultyBoard, heartbeat: Heartbeat) -> None:
        while True:
            await asyncio.sleep(1)
            await self._board.beat(heartbeat.model_copy(update={"at": virtual_clock()}))

    async def wrong(self: FaultyBoard, heartbeat: Heartbeat) -> None:
        await right(self, heartbeat)
        hearts.add(asyncio.create_task(beat_on(self, heartbeat)))

    patch.setattr(FaultyBoard, "beat", wrong)


def take_jobs_of_a_paused_queue(patch: Patch) -> None:
    async def wrong(self: Controls, stopping: asyncio.Event) -> None:
        return

    patch.setattr(Controls, "wait_until_open", wrong)
    patch.setattr(Controls, "is_open", True)


def reap_without_a_word(patch: Patch) -> None:
    def wrong(job: Job, *, now: Any) -> list[Event]:
        return [JobQueued(queue=job.queue, lane=0, because=QueuedBecause.REAPED)]

    patch.setattr(reaper, "reap_job", wrong)


def skip_gaps(patch: Patch) -> None:
    def wrong(applied: int, entries: Sequence[Entry]) -> list[Entry]:
        return sorted((entry for entry in entries if entry.sequence > applied), key=lambda entry: entry.sequence)

    patch.setattr(projection, "entries_after", wrong)


def checkpoint_before_rows(patch: Patch) -> None:
    right = MemoryTransaction.write

    async def wrong(self: MemoryTransaction, fold: Fold, checkpoint: Checkpoint) -> None:
        await right(self, fold, checkpoint)
        self._disk.checkpoint = checkpoint

    patch.setattr(MemoryTransaction, "write", wrong)
