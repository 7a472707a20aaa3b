"""What a handler, a submitter and an operator may say to the runtime, and what comes of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.workplace import OUTPUT, Endless, Workplace, failing, trim

from kinolog.common.aggregates import JOB, SETTING, JobStatus
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import reprioritise_job, retry_job, submit_job
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.controls import queue_setting, worker_setting
from kinolog.common.errors import Cancelled, LogUnavailable, PassingError, Snooze, StorageFailed
from kinolog.common.events.setting import SettingChanged, SettingCleared
from kinolog.common.ids import new_id
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.log import load
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import ORIGIN, a_submission, submitted
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.runner import Runner


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


async def test_a_snoozed_job_comes_again_and_has_used_no_retry(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, max_retries=0)
    words: list[Exception] = [Snooze(0.01, "the site asks to come back"), Snooze(0.01, "again")]

    async def sleepy(job: TrimInput, ctx: JobContext) -> TrimOutput:
        if words:
            raise words.pop()
        return await trim(job, ctx)

    async with workplace.working(sleepy):
        job = await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert (3, 0, 2) == (job.attempt, job.retry_count, job.snooze_count)


async def test_a_handler_may_end_its_job_as_cancelled(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    async with workplace.working(failing(Cancelled("the film is the one we have"))):
        await workplace.reaches(job_id, JobStatus.CANCELLED)
    last = (await workplace.log.read("job", job_id))[-1].event
    assert {"reason": "the film is the one we have"} == last.model_dump()


async def test_a_checkpoint_is_what_the_next_attempt_begins_with(workplace: Workplace) -> None:
    job_id, seen = await submitted(workplace.log), list[Any]()

    async def stepwise(job: TrimInput, ctx: JobContext) -> TrimOutput:
        seen.append(ctx.checkpoint_of_last_attempt)
        if ctx.job.attempt < 3:
            await ctx.save_checkpoint({"chunks_done": ctx.job.attempt})
            raise PassingError("io_error", "again, please", retry_in_seconds=0)
        return await trim(job, ctx)

    async with workplace.working(stepwise):
        job = await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert ([None, {"chunks_done": 1}, {"chunks_done": 2}], None) == (seen, job.checkpoint)


async def test_an_attempt_that_takes_too_long_is_stopped_and_tried_again(workplace: Workplace) -> None:
    job_id, endless = await submitted(workplace.log, attempt_timeout_seconds=0.05), Endless()
    async with workplace.working(endless):
        await eventually(endless.stopped.is_set)
        job = await eventually(lambda: _with_error(workplace, job_id))
    assert ("attempt_timeout", JobStatus.PENDING, 1) == (job.error_kind, job.status, job.retry_count)


async def test_an_attempt_that_is_silent_for_too_long_is_stopped(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, heartbeat_timeout_seconds=0.05)
    async with workplace.working(Endless()):
        assert "heartbeat_timeout" == (await eventually(lambda: _with_error(workplace, job_id))).error_kind


async def test_an_attempt_that_tells_its_progress_is_not_silent(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, heartbeat_timeout_seconds=0.2)

    async def chatty(job: TrimInput, ctx: JobContext) -> TrimOutput:
        for percent in range(25):
            ctx.progress("encode", percent)
            await asyncio.sleep(0.02)
        return OUTPUT

    async with workplace.working(chatty):
        job = await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert (1, ["encode"]) == (job.attempt, [phase.name for phase in job.phases])


async def test_a_job_that_runs_past_its_deadline_fails_for_good(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, total_timeout_seconds=0.1)
    async with workplace.working(Endless()):
        assert "deadline_exceeded" == (await workplace.reaches(job_id, JobStatus.FAILED)).error_kind


async def test_a_job_whose_deadline_has_passed_is_not_begun(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, total_timeout_seconds=0.001)
    await asyncio.sleep(0.01)
    async with workplace.working(trim):
        await workplace.reaches(job_id, JobStatus.FAILED)
    assert ["job.queued", "job.failed"] == await workplace.types(job_id)


async def test_a_retry_that_would_come_after_the_deadline_is_none(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log, total_timeout_seconds=3)
    async with workplace.working(failing(PassingError("busy", "Not now"))):
        assert "busy" == (await workplace.reaches(job_id, JobStatus.FAILED)).error_kind


async def test_a_job_is_not_begun_before_its_time(workplace: Workplace) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.3)  # the runtime's own clock
    job_id = new_id("job")
    await workplace.log.append(unborn(JOB, job_id).changes(submit_job(a_submission(), not_before=soon)), ORIGIN)
    async with workplace.working(trim):
        job = await workplace.reaches(job_id, JobStatus.COMPLETED)
    assert job.started_at is not None
    assert soon - timedelta(seconds=0.1) < job.started_at


async def test_a_job_that_waits_for_its_next_try_can_be_tried_now(workplace: Workplace) -> None:
    job_id, words = await submitted(workplace.log), [PassingError("busy", "Not now", retry_in_seconds=3600)]

    async def busy_once(job: TrimInput, ctx: JobContext) -> TrimOutput:
        if words:
            raise words.pop()
        return await trim(job, ctx)

    async with workplace.working(busy_once):
        await eventually(lambda: _with_error(workplace, job_id))
        await workplace.decide(job_id, retry_job)
        assert 2 == (await workplace.reaches(job_id, JobStatus.COMPLETED)).attempt


async def test_a_job_that_became_urgent_overtakes(workplace: Workplace) -> None:
    first, second = await submitted(workplace.log), await submitted(workplace.log)
    loaded = await load(workplace.log, JOB, second)
    await workplace.log.append(loaded.changes(*reprioritise_job(loaded.require(), 9)), ORIGIN)
    order: list[str] = []

    async def noting(job: TrimInput, ctx: JobContext) -> TrimOutput:
        order.append(ctx.job.id)
        return OUTPUT

    async with workplace.working(noting):
        await workplace.reaches(first, JobStatus.COMPLETED)
    assert [second, first] == order


async def test_storage_that_refuses_is_tried_again_later(workplace: Workplace) -> None:
    job_id = await submitted(workplace.log)
    async with workplace.working(failing(StorageFailed("no space left"))):
        job = await eventually(lambda: _with_error(workplace, job_id))
    assert ("storage_failed", JobStatus.PENDING) == (job.error_kind, job.status)


async def test_a_worker_that_is_to_go_does_not_wait_for_a_log_that_is_away(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    await submitted(workplace.log)
    endless = Endless()
    async with workplace.working(endless):
        await endless.started.wait()

        async def away(*_: object) -> int:
            raise LogUnavailable("gone")

        monkeypatch.setattr(workplace.log, "append", away)
    assert endless.stopped.is_set()


async def test_a_paused_queue_starts_nothing_until_it_is_resumed(workplace: Workplace) -> None:
    await _set(workplace, queue_setting("render"), is_paused=True)
    runner, stopping = workplace.runner(trim), asyncio.Event()
    await runner.controls.look()
    running = asyncio.create_task(runner.run(stopping))
    job_id = await submitted(workplace.log)
    await _looked(runner)
    assert ["job.queued"] == await workplace.types(job_id)
    await _clear(workplace, queue_setting("render"))
    await workplace.reaches(job_id, JobStatus.COMPLETED)
    stopping.set()
    await running


async def test_from_a_hint_until_the_log_has_told_nothing_is_taken(workplace: Workplace) -> None:
    runner = workplace.runner(trim)
    runner.controls.hint(setting_id(queue_setting("render")), 1)
    await runner.controls.look()
    hinted = runner.controls.is_open
    following = asyncio.create_task(runner.controls.run())
    await _set(workplace, queue_setting("render"), is_paused=False)
    await eventually(lambda: runner.controls.is_open)
    following.cancel()
    assert not hinted


async def test_a_draining_worker_finishes_what_it_runs_and_takes_nothing_new(workplace: Workplace) -> None:
    first, go_on, stopping = await submitted(workplace.log), asyncio.Event(), asyncio.Event()

    async def patient(job: TrimInput, ctx: JobContext) -> TrimOutput:
        await go_on.wait()
        return OUTPUT

    runner = workplace.runner(patient)
    running = asyncio.create_task(runner.run(stopping))
    await workplace.reaches(first, JobStatus.RUNNING)
    await _set(workplace, worker_setting(runner.claims.identity.worker_id), is_draining=True)
    await eventually(lambda: runner.controls.is_draining)
    second = await submitted(workplace.log)
    go_on.set()
    await workplace.reaches(first, JobStatus.COMPLETED)
    await _looked(runner)
    assert ["job.queued"] == await workplace.types(second)
    stopping.set()
    await running


async def test_a_job_in_its_first_delivery_is_claimed_without_a_look_into_the_log(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await submitted(workplace.log)
    runner = workplace.runner(trim)
    (delivery,) = await workplace.queue.take(1, asyncio.Event())
    monkeypatch.setattr(workplace.log, "read", None)
    held = await runner.claims.claim(delivery)
    assert held is not None
    assert (job_id, 1, 2) == (held.job.id, held.job.attempt, held.job.started_sequence)


async def _with_error(workplace: Workplace, job_id: str) -> Any:
    job = await workplace.job(job_id)
    return job if job.error_kind else None


async def _set(workplace: Workplace, name: str, **value: bool) -> None:
    loaded = await load(workplace.log, SETTING, setting_id(name))
    await workplace.log.append(loaded.changes(SettingChanged(name=name, value=value)), ORIGIN)


async def _clear(workplace: Workplace, name: str) -> None:
    loaded = await load(workplace.log, SETTING, setting_id(name))
    await workplace.log.append(loaded.changes(SettingCleared()), ORIGIN)


async def _looked(runner: Runner) -> None:
    """Let the worker go round its loop for a while, as it would if it were to take anything."""
    for _ in range(20):
        await asyncio.sleep(0.005)
        await runner.controls.look()
