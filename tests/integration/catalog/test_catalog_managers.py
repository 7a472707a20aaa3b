"""The process managers of a running catalog, on a real log and each database; and what two of them do at once."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import SecretStr

from kinolog.common.aggregates import JOB, SCHEDULE, Job, JobStatus
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import start_attempt, submit_job
from kinolog.common.events import Event
from kinolog.common.events.job import JobCompleted, JobFailed, JobQueued
from kinolog.common.events.schedule import Overlap, ScheduleCreated, ScheduleFired, Timing
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.queries import Queues, Why
from kinolog.common.subjects import queue_order
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import ORIGIN, a_submission, submitted
from kinolog.common.worker.order import DispatchOrder

pytestmark = pytest.mark.usefixtures("jetstream_log")

on_sqlite = pytest.mark.parametrize("catalog_settings", ["sqlite"], indirect=True)


async def job_of(log: JetStreamLog, job_id: str) -> Job:
    return (await load(log, JOB, job_id)).require()


async def append(log: JetStreamLog, job_id: str, event: Event) -> int:
    return await log.append((await load(log, JOB, job_id)).changes(event), ORIGIN)


async def depending(log: JetStreamLog, other: str, **changes: Any) -> str:
    job_id = new_id("job")
    await log.append(unborn(JOB, job_id).changes(submit_job(a_submission(**changes), depends_on=(other,))), ORIGIN)
    return job_id


async def done(log: JetStreamLog, job_id: str) -> None:
    await append(log, job_id, start_attempt(await job_of(log, job_id), worker="wrk", lease_seconds=30))
    await append(log, job_id, JobCompleted(attempt=1, output_data={}))


async def has_status(log: JetStreamLog, job_id: str, status: JobStatus) -> bool:
    return (await job_of(log, job_id)).status is status


async def test_a_job_starts_when_the_one_it_depends_on_is_done(jetstream_log: JetStreamLog, running: Any) -> None:
    first = await submitted(jetstream_log)
    async with running():
        second = await depending(jetstream_log, first)
        await done(jetstream_log, first)
        await eventually(lambda: _was_queued(jetstream_log, second))


async def _was_queued(log: JetStreamLog, job_id: str) -> bool:
    return not (await job_of(log, job_id)).is_waiting


@on_sqlite
async def test_a_catalog_that_had_nothing_to_watch_notices_a_new_deadline(
    jetstream_log: JetStreamLog, running: Any
) -> None:
    async with running(catalog_reap_interval_seconds=0.1):
        await done(jetstream_log, await submitted(jetstream_log))
        overdue = await submitted(jetstream_log, total_timeout_seconds=0.5)
        await eventually(lambda: has_status(jetstream_log, overdue, JobStatus.FAILED))


@on_sqlite
async def test_a_catalog_that_had_nothing_to_watch_notices_a_job_that_is_abandoned(
    jetstream_log: JetStreamLog, running: Any
) -> None:
    async with running(catalog_reap_interval_seconds=0.1):
        await done(jetstream_log, await submitted(jetstream_log))
        job_id = await submitted(jetstream_log)
        started = start_attempt(await job_of(jetstream_log, job_id), worker="wrk", lease_seconds=0.2)
        await append(jetstream_log, job_id, started)
        await eventually(lambda: has_status(jetstream_log, job_id, JobStatus.PENDING))


async def test_what_was_missed_while_the_catalog_was_away_is_made_up_for(
    jetstream_log: JetStreamLog, running: Any
) -> None:
    first = await submitted(jetstream_log)
    second = await depending(jetstream_log, first)
    overdue = await submitted(jetstream_log, total_timeout_seconds=0.001)
    failed, other = [await submitted(jetstream_log, batch_id="bat_1") for _ in range(2)]
    await append(jetstream_log, failed, JobFailed(attempt=1, kind="test", message="No"))
    await done(jetstream_log, first)
    async with running():
        await eventually(lambda: _was_queued(jetstream_log, second))
        await eventually(lambda: has_status(jetstream_log, overdue, JobStatus.FAILED))
        await eventually(lambda: has_status(jetstream_log, other, JobStatus.CANCELLED))


@on_sqlite
async def test_two_catalogs_make_a_job_ready_once_and_fire_a_time_once(
    jetstream_log: JetStreamLog, running: Any, tmp_path: Path
) -> None:
    jobs = [await submitted(jetstream_log, project_id=None) for _ in range(10)]
    schedule_id = new_id("sch")
    created = ScheduleCreated(
        name="Each second", timing=Timing(every_seconds=1.0), job=a_submission(), overlap=Overlap.ALLOW
    )
    another = SecretStr(f"sqlite:///{tmp_path / 'another.db'}")
    async with running(), running(database_url=another):
        await jetstream_log.append(unborn(SCHEDULE, schedule_id).changes(created), ORIGIN)
        waiting = [await depending(jetstream_log, job_id) for job_id in jobs]
        for job_id in jobs:
            await done(jetstream_log, job_id)
        for job_id in waiting:
            await eventually(partial(_was_queued, jetstream_log, job_id))
        await eventually(lambda: _has_fired(jetstream_log, schedule_id, 3))
    queued = [await jetstream_log.read("job", job_id) for job_id in waiting]
    assert [1] * 10 == [sum(isinstance(each.event, JobQueued) for each in events) for events in queued]
    fired = await _fired(jetstream_log, schedule_id)
    times = [each.due for each in fired]
    assert [times[0] + number * timedelta(seconds=1) for number in range(len(times))] == times


async def _fired(log: JetStreamLog, schedule_id: str) -> list[ScheduleFired]:
    events = [recorded.event for recorded in await log.read("schedule", schedule_id)]
    return [event for event in events if isinstance(event, ScheduleFired)]


async def _has_fired(log: JetStreamLog, schedule_id: str, times: int) -> bool:
    return len(await _fired(log, schedule_id)) >= times


async def test_competing_projects_get_an_order_that_ends_with_them(
    jetstream_log: JetStreamLog, running: Any, nats_client: Client
) -> None:
    orders: list[DispatchOrder] = []

    async def hear(message: Msg) -> None:
        orders.append(DispatchOrder.model_validate_json(message.data))

    await nats_client.subscribe(queue_order("render"), cb=hear)
    async with running():
        jobs = [await submitted(jetstream_log, project_id=project) for project in ("a", "a", "b")]
        await eventually(lambda: any(len(order.turns) == 3 for order in orders))
        for job_id in jobs:
            await done(jetstream_log, job_id)
        await eventually(lambda: orders and not orders[-1].is_managed)
    full = next(order for order in orders if len(order.turns) == 3)
    assert [jobs[0], jobs[2], jobs[1]] == [turn.job_id for turn in full.turns]


@on_sqlite
async def test_an_order_is_repeated_while_it_holds(
    jetstream_log: JetStreamLog, running: Any, nats_client: Client
) -> None:
    heard: asyncio.Queue[Msg] = asyncio.Queue()
    await nats_client.subscribe(queue_order("render"), cb=heard.put)
    for project in "ab":
        await submitted(jetstream_log, project_id=project)
    async with running(dispatch_repeat_seconds=0.1), asyncio.timeout(10):
        for _ in range(4):
            assert DispatchOrder.model_validate_json((await heard.get()).data).is_managed


async def test_the_queues_are_shown_as_they_are(jetstream_log: JetStreamLog, running: Any, ask: Any) -> None:
    for priority in (0, 0, 9):
        await submitted(jetstream_log, priority=priority)
    async with running():
        error, answer = await ask.raw("queues")
    assert error is None
    [queue] = Queues.model_validate_json(answer).queues
    assert ("render", [(9, 1), (0, 2)]) == (queue.name, [(lane.lane, lane.waiting) for lane in queue.lanes])


async def test_a_batch_is_counted(jetstream_log: JetStreamLog, running: Any, ask: Any) -> None:
    for _ in range(3):
        await submitted(jetstream_log, batch_id="bat_1")
    async with running():
        answer = (await ask.raw("batch", b'{"id": "bat_1"}'))[1]
    assert b'{"seq":3,"by_status":{"pending":3},"total":3}' == answer


async def test_why_a_job_waits_is_told(jetstream_log: JetStreamLog, running: Any, ask: Any) -> None:
    went, before, job_id = [await submitted(jetstream_log) for _ in range(3)]
    await done(jetstream_log, went)
    async with running():
        error, answer = await ask.raw("why", f'{{"job_id": "{job_id}"}}'.encode())
    assert error is None
    why = Why.model_validate_json(answer)
    assert ["no_worker"] == [wait.kind for wait in why.waits_for]
    assert (1, [(before, "order")]) == (why.ahead_count, [(each.job_id, each.because) for each in why.ahead])
    assert [(went, "order")] == [(each.job_id, each.because) for each in why.started_before]
    assert why.estimate is not None
    assert (1, None) == (why.estimate.based_on, why.estimate.wait_seconds)


@on_sqlite
async def test_why_is_refused_for_a_job_that_is_not_there(running: Any, ask: Any) -> None:
    async with running():
        problem = await ask.problem("why", b'{"job_id": "job_x"}')
    assert ("not-found", "job_id") == (problem.code, problem.field)


@on_sqlite
async def test_events_in_quarantine_are_counted(
    jetstream_log: JetStreamLog, running: Any, ask: Any, nats_client: Client
) -> None:
    await nats_client.jetstream().publish(f"evt.job.{new_id('job')}.1.queued.render.0", b"not JSON")
    async with running():
        answer = (await ask.raw("stats"))[1]
    assert b'"quarantined":1' in answer
