"""Jobs that nobody holds and nobody would be given are queued anew; all others are left alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from kinolog.catalog.handlers.reaper import Reaper
from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.job_decisions import cancel_job, start_attempt
from kinolog.common.events import Event
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, submitted
from kinolog.common.worker.memory import MemoryBoard
from kinolog.common.worker.progress import Heartbeat

LEASE = timedelta(seconds=30)


@dataclass
class Scene:
    """One job that a worker started at noon, and a clock to turn."""

    log: MemoryLog
    board: MemoryBoard
    job_id: str
    now: datetime = NOON
    clock_error: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.reaper = Reaper(self.log, self.board, self, lambda: self.now + self.clock_error, self.elapsed)

    def elapsed(self) -> float:
        return (self.now - NOON).total_seconds()

    async def running_jobs(self) -> list[str]:
        return [self.job_id]

    async def reap_at(self, moment: datetime) -> Job:
        self.now = moment
        await self.reaper.look()
        return await self.job()

    async def job(self) -> Job:
        return (await load(self.log, JOB, self.job_id)).require()

    async def append(self, event: Event | None) -> None:
        assert event is not None
        await self.log.append((await load(self.log, JOB, self.job_id)).changes(event), ORIGIN)


@pytest.fixture
async def scene() -> Scene:
    log = MemoryLog(clock=lambda: NOON)
    scene = Scene(log, MemoryBoard(), await submitted(log, priority=4))
    await scene.append(start_attempt(await scene.job(), worker="wrk_1", lease_seconds=LEASE.total_seconds()))
    await scene.reap_at(NOON)
    return scene


async def test_a_job_whose_worker_is_silent_for_two_leases_is_queued_anew(scene: Scene) -> None:
    job = await scene.reap_at(NOON + 2 * LEASE)
    assert (JobStatus.PENDING, 1, 0) == (job.status, job.lost_count, job.retry_count)
    last = (await scene.log.read("job", scene.job_id))[-1]
    assert ("job.queued", ("render", "4")) == (last.event.event_type, last.subject.suffix)


async def test_one_lease_is_left_to_the_next_delivery(scene: Scene) -> None:
    assert JobStatus.RUNNING is (await scene.reap_at(NOON + 2 * LEASE - timedelta(seconds=1))).status


async def test_a_beating_worker_keeps_its_job(scene: Scene) -> None:
    beat = Heartbeat(job_id=scene.job_id, attempt=1, worker="wrk_1", at=NOON + LEASE, phase="encode")
    await scene.board.beat(beat)
    assert JobStatus.RUNNING is (await scene.reap_at(NOON + 2 * LEASE)).status


@pytest.mark.parametrize("error", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_wrong_clock_neither_takes_a_job_away_nor_lets_one_go(scene: Scene, error: timedelta) -> None:
    scene.clock_error = error
    before = await scene.reap_at(NOON + 2 * LEASE - timedelta(seconds=1))
    after = await scene.reap_at(NOON + 2 * LEASE)
    assert (JobStatus.RUNNING, JobStatus.PENDING) == (before.status, after.status)


async def test_the_beats_of_an_attempt_that_lost_its_job_keep_nobody_alive(scene: Scene) -> None:
    for lease in (1, 2):
        moment = NOON + lease * LEASE
        await scene.board.beat(Heartbeat(job_id=scene.job_id, attempt=0, worker="wrk_0", at=moment, phase="encode"))
        job = await scene.reap_at(moment)
    assert JobStatus.PENDING is job.status


async def test_a_job_that_was_reaped_is_not_reaped_again(scene: Scene) -> None:
    await scene.reap_at(NOON + 2 * LEASE)
    job = await scene.reap_at(NOON + 9 * LEASE)
    assert 1 == job.lost_count


async def test_an_abandoned_job_that_was_to_be_cancelled_is_cancelled(scene: Scene) -> None:
    await scene.append(cancel_job(await scene.job()))
    assert JobStatus.CANCELLED is (await scene.reap_at(NOON + 2 * LEASE)).status
