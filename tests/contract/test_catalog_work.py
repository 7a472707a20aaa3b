"""The unfinished work is read alike from every database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.history import SqlJobs
from kinolog.catalog.adapters.store import SqlStore
from kinolog.catalog.domain.workload import Group, Running
from kinolog.catalog.handlers.projection import rebuild
from kinolog.common.aggregates import JOB, SCHEDULE, SETTING
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import start_attempt, submit_job
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.controls import queue_setting
from kinolog.common.events import Event
from kinolog.common.events.job import JobCancelled, JobCompleted, JobFailed
from kinolog.common.events.schedule import ScheduleCreated, ScheduleDeleted, Timing
from kinolog.common.events.setting import SettingChanged, SettingCleared
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, a_submission

MINUTE = timedelta(minutes=1)


@dataclass
class Scene:
    """A log that is folded into a database before it is asked."""

    database: Database
    now: datetime = NOON
    log: MemoryLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = MemoryLog(clock=lambda: self.now)

    async def submit(
        self, *, not_before: datetime | None = None, depends_on: tuple[str, ...] = (), **changes: Any
    ) -> str:
        job_id = new_id("job")
        event = submit_job(a_submission(**changes), not_before=not_before, depends_on=depends_on)
        await self.log.append(unborn(JOB, job_id).changes(event), ORIGIN)
        return job_id

    async def append(self, job_id: str, event: Event) -> None:
        await self.log.append((await load(self.log, JOB, job_id)).changes(event), ORIGIN)

    async def start(self, job_id: str) -> None:
        job = (await load(self.log, JOB, job_id)).require()
        await self.append(job_id, start_attempt(job, worker="wrk_1", lease_seconds=30))

    async def set(self, name: str, event: Event) -> None:
        await self.log.append((await load(self.log, SETTING, setting_id(name))).changes(event), ORIGIN)

    async def work(self) -> SqlJobs:
        await rebuild(self.log, SqlStore(self.database))
        return SqlJobs(self.database)


@pytest.fixture
def scene(catalog_database: Database) -> Scene:
    return Scene(catalog_database)


async def test_pending_jobs_are_counted_by_queue_lane_and_project(scene: Scene) -> None:
    for priority in (3, 3, 99):
        await scene.submit(queue="render", priority=priority, project_id=None)
    groups = (await (await scene.work()).workload(NOON)).groups
    expected = [
        Group(queue="render", lane=lane, project_id=None, waiting=count, oldest_since=NOON)
        for lane, count in ((3, 2), (10, 1))
    ]
    assert expected == sorted(groups, key=lambda group: group.lane)


async def test_a_delayed_job_waits_from_its_time_on(scene: Scene) -> None:
    await scene.submit(not_before=NOON + MINUTE, project_id=None)
    work = await scene.work()
    [before], [after] = [(await work.workload(now)).groups for now in (NOON, NOON + MINUTE)]
    assert (0, 1, None, NOON + MINUTE) == (before.waiting, before.delayed, before.oldest_since, before.next_at)
    assert (1, 0, NOON + MINUTE, None) == (after.waiting, after.delayed, after.oldest_since, after.next_at)


async def test_jobs_that_wait_for_others_run_or_have_ended_are_in_no_queue(scene: Scene) -> None:
    running, cancelled = await scene.submit(priority=-7, project_id=None), await scene.submit()
    waiting = await scene.submit(depends_on=(running,))
    await scene.start(running)
    await scene.append(cancelled, JobCancelled())
    work = await scene.work()
    workload = await work.workload(NOON)
    assert [] == workload.groups
    assert [Running(queue="render", lane=0, project_id=None, count=1)] == workload.running
    assert {waiting: (running,)} == await work.waiting_jobs()
    assert {running: "running", waiting: "pending"} == await work.statuses([running, waiting, "job_x"])


async def test_heads_are_the_first_of_each_group_in_the_order_of_the_queue(scene: Scene) -> None:
    jobs = [await scene.submit(project_id=project, priority=lane) for project in (None, "prj") for lane in (0, -5, 0)]
    work = await scene.work()
    heads = await work.heads((await work.workload(NOON)).groups, NOON, 2)
    of_project = [[head.job_id for head in heads if head.project_id == project] for project in (None, "prj")]
    assert [{jobs[0], jobs[1], jobs[2]}, {jobs[3], jobs[4], jobs[5]}] == [set(ids) for ids in of_project]
    assert {(0, NOON)} == {(head.lane, head.since) for head in heads}


async def test_a_head_whose_time_has_not_come_is_none(scene: Scene) -> None:
    await scene.submit(not_before=NOON + MINUTE, project_id=None)
    ready = await scene.submit(project_id=None)
    work = await scene.work()
    heads = await work.heads((await work.workload(NOON)).groups, NOON, 9)
    assert [ready] == [head.job_id for head in heads]


async def test_only_pending_jobs_past_their_deadline_are_overdue(scene: Scene) -> None:
    overdue, running, _ = [await scene.submit(total_timeout_seconds=seconds) for seconds in (60, 60, 61)]
    await scene.submit()
    await scene.start(running)
    assert [overdue] == await (await scene.work()).overdue_jobs(NOON + MINUTE)


async def test_the_next_deadline_is_the_first_of_the_pending_jobs(scene: Scene) -> None:
    running, *_ = [await scene.submit(total_timeout_seconds=seconds) for seconds in (30, 120, 60)]
    await scene.start(running)
    assert NOON + MINUTE == await (await scene.work()).next_deadline()


async def test_without_a_deadline_there_is_no_next_one(scene: Scene) -> None:
    await scene.submit()
    assert None is await (await scene.work()).next_deadline()


async def test_only_failed_jobs_with_an_unfinished_batch_stop_others(scene: Scene) -> None:
    failed, alone, kept = [
        await scene.submit(batch_id=batch, on_failure=policy)
        for batch, policy in (("bat_1", "cancel"), ("bat_2", "cancel"), ("bat_1", "keep"))
    ]
    unrelated = await scene.submit(batch_id="bat_1", stops_batch=False)
    unfinished = await scene.submit(batch_id="bat_1")
    for job_id in (failed, alone, kept, unrelated):
        await scene.append(job_id, JobFailed(attempt=1, kind="test", message="No"))
    work = await scene.work()
    assert [failed] == await work.stopping_jobs()
    assert [unfinished] == await work.unfinished_of("bat_1")


async def test_settings_that_were_cleared_are_the_defaults_again(scene: Scene) -> None:
    for queue in ("render", "ingest"):
        await scene.set(queue_setting(queue), SettingChanged(name=queue_setting(queue), value={"is_paused": True}))
    await scene.set(queue_setting("ingest"), SettingCleared())
    assert {"render"} == (await (await scene.work()).workload(NOON)).settings.set_queues()


async def test_a_batch_is_counted_by_status(scene: Scene) -> None:
    jobs = [await scene.submit(batch_id=batch) for batch in ("bat_1", "bat_1", "bat_1", "bat_2")]
    await scene.append(jobs[0], JobCancelled())
    work = await scene.work()
    assert {"cancelled": 1, "pending": 2} == await work.count_batch("bat_1")
    assert {} == await work.count_batch("bat_3")


async def test_jobs_ahead_are_in_a_higher_lane_or_earlier_in_the_same(scene: Scene) -> None:
    jobs = [await scene.submit(priority=priority) for priority in (0, -3, 7, 0)]
    await scene.submit(priority=9, queue="ingest")
    work = await scene.work()
    found = {job.id: job for job in await work.jobs(jobs)}
    assert [1, 2, 0, 3] == [await work.count_ahead(found[job_id], NOON) for job_id in jobs]


async def test_what_started_and_how_long_it_took_is_known(scene: Scene) -> None:
    first, second, _ = [await scene.submit() for _ in range(3)]
    for job_id in (first, second):
        scene.now += MINUTE
        await scene.start(job_id)
    scene.now += MINUTE
    await scene.append(first, JobCompleted(attempt=1, output_data={}))
    work = await scene.work()
    started = await work.started_between("render", NOON, scene.now, 20)
    assert [second, first] == [job.id for job in started]
    assert [second] == [job.id for job in await work.started_between("render", NOON + 2 * MINUTE, scene.now, 20)]
    assert [120.0] == await work.durations("trim", 200)


async def test_schedules_that_are_paused_or_deleted_are_not_active(scene: Scene) -> None:
    timing = Timing(every_seconds=60)
    ids = [new_id("sch") for _ in range(3)]
    for schedule_id, is_paused in zip(ids, (False, True, False), strict=True):
        created = ScheduleCreated(name="Nightly", timing=timing, job=a_submission(), is_paused=is_paused)
        await scene.log.append(unborn(SCHEDULE, schedule_id).changes(created), ORIGIN)
    gone = (await load(scene.log, SCHEDULE, ids[2])).changes(ScheduleDeleted())
    await scene.log.append(gone, ORIGIN)
    assert [(await load(scene.log, SCHEDULE, ids[0])).state] == await (await scene.work()).active_schedules()
