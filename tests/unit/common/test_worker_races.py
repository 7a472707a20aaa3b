"""Races that the simulation found in the worker runtime, each brought about on purpose."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from harness.workplace import Workplace, trim

from kinolog.common.aggregates import JobStatus
from kinolog.common.aggregates.job_decisions import lose_worker
from kinolog.common.clock import system_clock
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.testing.examples import submitted
from kinolog.common.worker.context import JobContext


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


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
