"""Schedules fire each time once, whoever else fires too, and skip what overlaps."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from kinolog.catalog.handlers.schedules import Schedules
from kinolog.common.aggregates import JOB, SCHEDULE, Job, Schedule
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.errors import Conflict
from kinolog.common.events import Event
from kinolog.common.events.job import JobCancelled
from kinolog.common.events.schedule import Overlap, ScheduleCreated, ScheduleDeleted, ScheduleFired, Timing
from kinolog.common.ids import derived_id, new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, a_submission

MINUTE = timedelta(minutes=1)


@dataclass
class Scene:
    """A schedule that was made at noon and is due every minute, and a clock to turn."""

    id: str = field(default_factory=lambda: new_id("sch"))
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.log = MemoryLog(clock=lambda: self.now)

    async def create(self, **changes: Any) -> "Scene":
        created = ScheduleCreated(name="Each minute", timing=Timing(every_seconds=60.0), job=a_submission(), **changes)
        await self.log.append(unborn(SCHEDULE, self.id).changes(created), ORIGIN)
        return self

    async def active_schedules(self) -> list[Schedule]:
        state = await self.state()
        return [] if state.is_deleted else [state]

    def manager(self) -> Schedules:
        return Schedules(self.log, self, lambda: self.now, grace_seconds=60.0, most_at_once=10)

    async def look_at(self, moment: datetime) -> float | None:
        self.now = moment
        return await self.manager().look()

    async def state(self) -> Schedule:
        return (await load(self.log, SCHEDULE, self.id)).require()

    async def fired(self) -> list[ScheduleFired]:
        events = [recorded.event for recorded in await self.log.read("schedule", self.id)]
        return [event for event in events if isinstance(event, ScheduleFired)]

    async def last_job(self) -> Job:
        return (await load(self.log, JOB, (await self.state()).last_job_id or "")).require()

    async def end_last_job(self, event: Event) -> None:
        job = await self.last_job()
        await self.log.append((await load(self.log, JOB, job.id)).changes(event), ORIGIN)


@pytest.fixture
async def scene() -> Scene:
    return await Scene().create()


async def test_a_due_time_submits_the_job_of_the_schedule(scene: Scene) -> None:
    await scene.look_at(NOON + MINUTE)
    job = await scene.last_job()
    expected = (derived_id("job", scene.id, (NOON + MINUTE).isoformat()), scene.id, "trim")
    assert expected == (job.id, job.schedule_id, job.type)


async def test_a_time_that_was_fired_is_not_fired_again(scene: Scene) -> None:
    for _ in range(3):
        await scene.look_at(NOON + MINUTE)
    assert 1 == len(await scene.fired())


async def test_a_deleted_schedule_fires_no_more(scene: Scene) -> None:
    await scene.log.append((await load(scene.log, SCHEDULE, scene.id)).changes(ScheduleDeleted()), ORIGIN)
    scene.now = NOON + MINUTE
    await scene.manager().fire(scene.id)
    assert [] == await scene.fired()


async def test_it_sleeps_until_the_next_time(scene: Scene) -> None:
    assert 42.0 == await scene.look_at(NOON + timedelta(seconds=18))


async def test_a_time_is_skipped_while_the_job_before_is_not_done(scene: Scene) -> None:
    await scene.look_at(NOON + MINUTE)
    await scene.look_at(NOON + 2 * MINUTE)
    assert [None, "the job before is not done"] == [fired.skipped for fired in await scene.fired()]


async def test_the_next_time_is_fired_once_the_job_before_has_ended(scene: Scene) -> None:
    await scene.look_at(NOON + MINUTE)
    await scene.end_last_job(JobCancelled())
    await scene.look_at(NOON + 2 * MINUTE)
    assert 2 == (await scene.state()).fired_count


async def test_jobs_may_overlap_where_that_is_wanted() -> None:
    scene = await Scene().create(overlap=Overlap.ALLOW)
    await scene.look_at(NOON + MINUTE)
    await scene.look_at(NOON + 2 * MINUTE)
    assert 2 == (await scene.state()).fired_count


class Rival:
    """The log, where another scheduler fires the same time just before our append."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._is_first = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scene.log, name)

    async def append(self, *arguments: Any) -> int:
        if self._is_first:
            self._is_first = False
            await self._scene.manager().look()
        return await self._scene.log.append(*arguments)


async def test_two_schedulers_fire_a_time_once(scene: Scene) -> None:
    scene.now = NOON + MINUTE
    slower = Schedules(Rival(scene), scene, lambda: scene.now, grace_seconds=60.0, most_at_once=10)
    with pytest.raises(Conflict):
        await slower.look()
    await slower.look()
    assert (1, 1) == (len(await scene.fired()), (await scene.state()).fired_count)


async def test_a_job_that_is_there_already_is_only_marked(scene: Scene) -> None:
    job_id = derived_id("job", scene.id, (NOON + MINUTE).isoformat())
    await scene.log.append(unborn(JOB, job_id).changes(submit_job(a_submission())), ORIGIN)
    await scene.look_at(NOON + MINUTE)
    assert [job_id] == [fired.job_id for fired in await scene.fired()]
    assert 1 == len(await scene.log.read("job", job_id))
