"""The live view on the log in memory: every client sees each event once and in order, at its own pace."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import NOON, created, registered, submitted
from kinolog.common.worker.progress import Heartbeat
from kinolog.gateway.interest import Belongings, Interest
from kinolog.gateway.live import Live, Subscription

RING_SIZE = 5


@pytest.fixture
async def live(log: MemoryLog) -> AsyncIterator[Live]:
    live = Live(log, ring_size=RING_SIZE, progress_queue_size=2)
    following = asyncio.create_task(live.follow(await log.last_sequence()))
    yield live
    following.cancel()
    await asyncio.wait([following])


async def take(subscription: Subscription, count: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(5):
        while len(found) < count:
            news = await subscription.next()
            assert news is not None
            found += [event.sequence for event in news.events]
    return found


def a_beat(job_id: str, percent: float) -> Heartbeat:
    return Heartbeat(job_id=job_id, attempt=1, worker="w", at=NOON, phase="encoding", percent=percent)


async def test_a_client_behind_the_ring_reads_the_log(live: Live, log: MemoryLog) -> None:
    for _ in range(4 * RING_SIZE):
        await created(log)
    with live.subscribe(0) as subscription:
        assert list(range(1, 4 * RING_SIZE + 1)) == await take(subscription, 4 * RING_SIZE)


async def test_a_client_reads_on_while_the_ring_moves(live: Live, log: MemoryLog) -> None:
    with live.subscribe(0) as subscription:
        found: list[int] = []
        for _ in range(5):
            for _ in range(RING_SIZE + 2):
                await created(log)
            found += await take(subscription, 3)
        found += await take(subscription, 5 * (RING_SIZE + 2) - len(found))
    assert list(range(1, 5 * (RING_SIZE + 2) + 1)) == found


async def test_what_was_there_before_the_gateway_started_is_read_from_the_log(log: MemoryLog) -> None:
    await created(log)
    live = Live(log, ring_size=RING_SIZE, progress_queue_size=2)
    following = asyncio.create_task(live.follow(1))
    with live.subscribe(0) as subscription:
        assert [1] == await take(subscription, 1)
    following.cancel()


async def test_only_the_last_progress_of_a_job_waits_for_a_slow_client(live: Live) -> None:
    with live.subscribe(0) as subscription:
        for percent in (1.0, 2.0, 3.0):
            live.report(a_beat("job_a", percent))
        news = await subscription.next()
    assert news is not None
    assert [3.0] == [beat.percent for beat in news.progress]


async def test_the_progress_that_waits_is_bounded_and_the_oldest_goes(live: Live) -> None:
    with live.subscribe(0) as subscription:
        for name in ("job_a", "job_b", "job_a", "job_c"):
            live.report(a_beat(name, 1.0))
        news = await subscription.next()
    assert news is not None
    assert ["job_a", "job_c"] == [beat.job_id for beat in news.progress]


async def test_every_client_is_sent_home_at_the_end(live: Live) -> None:
    with live.subscribe(0) as subscription:
        waiting = asyncio.create_task(subscription.next())
        await asyncio.sleep(0)
        live.close()
        assert await asyncio.wait_for(waiting, 5) is None


async def test_a_client_that_is_gone_is_forgotten(live: Live) -> None:
    with live.subscribe(0):
        pass
    live.report(a_beat("job_a", 1.0))
    await eventually(lambda: not live._subscriptions)


async def test_what_belongs_to_a_project_is_known_by_its_first_event(log: MemoryLog) -> None:
    project_id = await created(log)
    video_id = await registered(log, project_id=project_id)
    job_id = await submitted(log, project_id=project_id)
    belongings = Belongings(log)
    found = [await belongings.project_of(*each) for each in (("video", video_id), ("job", job_id))]
    assert [project_id, project_id] == found


async def test_nobody_hears_of_other_jobs(log: MemoryLog) -> None:
    wanted, other = await submitted(log), await submitted(log)
    interest = Interest(jobs=frozenset({wanted}))
    belongings = Belongings(log)
    assert (True, False) == (
        await belongings.concerns(interest, "job", wanted),
        await belongings.concerns(interest, "job", other),
    )
