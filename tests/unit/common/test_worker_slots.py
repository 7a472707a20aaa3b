"""The slots of a worker: an attempt has its own while its handler runs, and no longer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from harness.workplace import OUTPUT, Workplace, trim

from kinolog.common.aggregates import Change, JobStatus
from kinolog.common.events.job import JobCompleted
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.log import Origin
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import submitted
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.slots import Slots


class SlowLog(MemoryLog):
    """Takes its time over completions, until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = asyncio.Event()

    async def append(self, changes: Sequence[Change], origin: Origin) -> int:
        if any(isinstance(change.event, JobCompleted) for change in changes):
            await self.goes_on.wait()
        return await super().append(changes, origin)


@dataclass
class Counting:
    """A handler that knows how many of it have run, and how many did at once."""

    ran: int = 0
    running: int = 0
    most_at_once: int = 0
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, job: TrimInput, ctx: JobContext) -> TrimOutput:
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        await self.may_end.wait()
        self.running -= 1
        self.ran += 1
        return OUTPUT


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path, log=SlowLog())


def let_go_on(workplace: Workplace) -> None:
    assert isinstance(workplace.log, SlowLog)
    workplace.log.goes_on.set()


async def test_a_job_begins_while_what_came_of_another_is_being_written(workplace: Workplace) -> None:
    first, second = [await submitted(workplace.log) for _ in range(2)]
    async with workplace.working(trim, slots=1):
        await workplace.reaches(second, JobStatus.RUNNING)
        assert JobStatus.RUNNING is (await workplace.job(first)).status
        let_go_on(workplace)
        await workplace.reaches(first, JobStatus.COMPLETED)
        await workplace.reaches(second, JobStatus.COMPLETED)


async def test_no_more_than_as_many_again_wait_for_a_slow_log(workplace: Workplace) -> None:
    handler = Counting()
    handler.may_end.set()
    jobs = [await submitted(workplace.log) for _ in range(6)]
    async with workplace.working(handler, slots=2):
        await eventually(lambda: handler.ran == 4)
        statuses = [(await workplace.job(job_id)).status for job_id in jobs]
        let_go_on(workplace)
        await eventually(lambda: handler.ran == 6)
    assert [JobStatus.RUNNING] * 4 + [JobStatus.PENDING] * 2 == statuses


async def test_no_more_handlers_run_at_once_than_there_are_slots(workplace: Workplace) -> None:
    handler = Counting()
    let_go_on(workplace)
    for _ in range(6):
        await submitted(workplace.log)
    async with workplace.working(handler, slots=2):
        await eventually(lambda: handler.running == 2)
        handler.may_end.set()
        await eventually(lambda: handler.ran == 6)
    assert 2 == handler.most_at_once


def test_a_slot_that_is_given_back_is_free_and_in_use_until_its_attempt_ends() -> None:
    slots = Slots(1)
    slot = slots.occupy()
    assert (0, False, False) == (slots.free, slots.have_room.is_set(), slots.are_unused.is_set())
    slots.give_back(slot)
    assert (1, True, False) == (slots.free, slots.have_room.is_set(), slots.are_unused.is_set())
    slots.end(slot)
    assert (1, True, True) == (slots.free, slots.have_room.is_set(), slots.are_unused.is_set())
