"""Pending jobs whose time is over are failed; whatever else the rows may have said, the log decides."""

from datetime import datetime, timedelta

import pytest

from kinolog.catalog.handlers.deadlines import Deadlines
from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.job_decisions import start_attempt
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, submitted

MINUTE = timedelta(minutes=1)


class Scene:
    """A job that has a minute, as the rows saw it when it was overdue."""

    def __init__(self) -> None:
        self.log = MemoryLog(clock=lambda: NOON)
        self.job_id = ""

    async def overdue_jobs(self, now: datetime) -> list[str]:
        return [self.job_id]

    async def next_deadline(self) -> datetime | None:
        return (await load(self.log, JOB, self.job_id)).require().deadline

    async def look_at(self, moment: datetime) -> Job:
        await Deadlines(self.log, self, lambda: moment).look()
        return (await load(self.log, JOB, self.job_id)).require()


@pytest.fixture
async def scene() -> Scene:
    scene = Scene()
    scene.job_id = await submitted(scene.log, total_timeout_seconds=60.0)
    return scene


async def test_a_job_that_was_not_begun_in_time_is_failed(scene: Scene) -> None:
    job = await scene.look_at(NOON + MINUTE)
    assert (JobStatus.FAILED, "deadline_exceeded") == (job.status, job.error_kind)


async def test_a_job_that_was_not_begun_in_time_tells_which_field_to_raise(scene: Scene) -> None:
    message = "not done within 60 s of its submission: submit it again with a larger total_timeout_seconds"
    assert message == (await scene.look_at(NOON + MINUTE)).error_message


async def test_a_job_that_was_failed_is_not_failed_again(scene: Scene) -> None:
    for _ in range(2):
        await scene.look_at(NOON + MINUTE)
    assert 2 == len(await scene.log.read("job", scene.job_id))


async def test_a_job_that_still_has_time_is_left_alone(scene: Scene) -> None:
    assert JobStatus.PENDING is (await scene.look_at(NOON + 0.9 * MINUTE)).status


async def test_a_job_that_was_started_meanwhile_is_its_workers(scene: Scene) -> None:
    loaded = await load(scene.log, JOB, scene.job_id)
    await scene.log.append(loaded.changes(start_attempt(loaded.require(), worker="w", lease_seconds=1)), ORIGIN)
    assert JobStatus.RUNNING is (await scene.look_at(NOON + MINUTE)).status


async def test_the_next_look_is_due_with_the_next_deadline(scene: Scene) -> None:
    deadlines = Deadlines(scene.log, scene, lambda: NOON + 0.9 * MINUTE)
    assert 6.0 == await deadlines.look()
