"""Races that the simulation found in the worker runtime, each brought about on purpose."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from harness.workplace import LEASE_SECONDS, Workplace, trim

from kinolog.common.aggregates import JOB, JobStatus
from kinolog.common.aggregates.job_decisions import (
    cancel_job,
    complete_attempt,
    lose_worker,
    reprioritise_job,
    retry_job,
    start_attempt,
)
from kinolog.common.clock import system_clock
from kinolog.common.events import RecordedEvent
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import submitted
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.held import Held
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.memory import MemoryQueue


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


class LaggingLog(MemoryLog):
    """As read from a replica that for the next `lags` reads does not know the last event of a job."""

    lags = 0

    async def read(self, kind: str, aggregate_id: str) -> list[RecordedEvent]:
        events = await super().read(kind, aggregate_id)
        if kind != "job" or not self.lags:
            return events
        self.lags -= 1
        return events[:-1]


@dataclass
class Overlap:
    """A handler whose first attempt ends only after the second has begun, and which ends before that one does."""

    begun: list[asyncio.Event] = field(default_factory=lambda: [asyncio.Event(), asyncio.Event()])
    first_ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, job: TrimInput, ctx: JobContext) -> TrimOutput:
        self.begun[ctx.job.attempt - 1].set()
        if ctx.job.attempt == 2:
            await self.first_ended.wait()
            return await trim(job, ctx)
        try:
            return await asyncio.Future[TrimOutput]()
        finally:
            await self.begun[1].wait()
            self.first_ended.set()


async def test_a_worker_that_is_given_the_job_it_lost_looks_after_both_attempts(workplace: Workplace) -> None:
    job_id, handler = await submitted(workplace.log), Overlap()
    async with workplace.working(handler, slots=2):
        await handler.begun[0].wait()
        await workplace.decide(job_id, lambda job: lose_worker(job, now=system_clock()))
        job = await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert (2, 1) == (job.attempt, job.lost_count)


async def test_a_delivery_is_not_forgotten_because_a_replica_does_not_know_its_event_yet(workplace: Workplace) -> None:
    workplace.log = log = LaggingLog()
    workplace.queue = MemoryQueue(log, "render", LEASE_SECONDS)
    job_id = await submitted(log)
    await workplace.decide(job_id, cancel_job)
    await workplace.decide(job_id, retry_job)
    newest = (await workplace.queue.take(9, asyncio.Event()))[-1]
    log.lags = 1
    assert await workplace.runner(trim).claims.claim(newest) is None
    assert newest.sequence in workplace.queue.waiting


async def test_a_replica_that_does_not_know_its_start_robs_no_worker_of_its_job(
    workplace: Workplace,
) -> None:
    workplace.log = log = LaggingLog()
    held = await _claimed(workplace, await submitted(log))
    log.lags = 1
    assert await held.standing() is None


async def test_what_caused_a_conflict_is_looked_for_until_the_replica_knows_it(workplace: Workplace) -> None:
    workplace.log = log = LaggingLog()
    job_id = await submitted(log)
    held = await _claimed(workplace, job_id)
    await workplace.decide(job_id, lambda job: reprioritise_job(job, 9)[0])
    log.lags = 2
    await held.write(lambda job: complete_attempt(job, {}))
    assert (JobStatus.COMPLETED, 9) == ((await workplace.job(job_id)).status, held.job.priority)


async def _claimed(workplace: Workplace, job_id: str) -> Held:
    identity = Identity("render", "render")
    start = start_attempt(await workplace.job(job_id), worker=identity.worker_id, lease_seconds=LEASE_SECONDS)
    await workplace.decide(job_id, lambda job: start)
    return Held(workplace.log, identity, await load(workplace.log, JOB, job_id))


async def test_a_job_that_is_begun_while_its_worker_goes_is_handed_back(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    runner = workplace.runner(trim)
    runner.keeper.release_all()
    delivery = (await workplace.queue.take(1, asyncio.Event()))[0]
    held = await runner.claims.claim(delivery)
    assert held is not None
    await asyncio.create_task(runner._work(held, delivery, runner.slots.occupy()))
    assert ["job.queued", "job.started", "job.queued"] == await workplace.types(job_id)
