"""One suite over the work queues: lanes on JetStream, their double in memory, and those of a machine with a GPU."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kinolog.common.log import EventLog
from kinolog.common.log.connection import connect
from kinolog.common.log.memory import MemoryLog
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import NatsServer, provisioned_log
from kinolog.common.testing.examples import submitted
from kinolog.common.worker.lanes import LaneQueue
from kinolog.common.worker.memory import MemoryQueue
from kinolog.common.worker.preference import PreferenceQueue
from kinolog.common.worker.queue import Delivery, WorkQueue
from kinolog.common.worker.turns import FairQueue

LEASE_SECONDS = 0.5


@dataclass
class Place:
    log: EventLog
    queue: WorkQueue

    async def next(self) -> Delivery:
        (delivery,) = await asyncio.wait_for(self.queue.take(1, asyncio.Event()), 10)
        return delivery


@pytest.fixture(params=["memory", "jetstream", "preference"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "memory":
        log = MemoryLog()
        yield Place(log, MemoryQueue(log, "render", LEASE_SECONDS))
        return
    with NatsServer(tmp_path) as server:
        async with (
            provisioned_log(server.url, lease_seconds=LEASE_SECONDS) as jetstream,
            connect(ServiceSettings(nats_url=server.url), "worker") as client,
            LaneQueue.open(client, "render", poll_seconds=0.1) as lanes,
            FairQueue.open(client, "render-gpu", poll_seconds=0.1) as first,
            FairQueue.open(client, "render", poll_seconds=0.1) as rest,
        ):
            both = PreferenceQueue({"render-gpu": first, "render": rest}, lambda _: True)
            yield Place(jetstream, lanes if request.param == "jetstream" else both)


async def test_a_queued_job_is_delivered(place: Place) -> None:
    job_id = await submitted(place.log)
    delivery = await place.next()
    assert (job_id, 1) == (delivery.job_id, delivery.sequence)


async def test_a_waiting_worker_is_woken(place: Place) -> None:
    waiting = asyncio.create_task(place.next())
    await asyncio.sleep(0)
    job_id = await submitted(place.log)
    assert job_id == (await waiting).job_id


async def test_higher_lanes_come_first_and_within_a_lane_the_oldest(place: Place) -> None:
    low, first, second, high = [await submitted(place.log, priority=priority) for priority in (-3, 5, 5, 99)]
    assert [high, first, second, low] == [(await place.next()).job_id for _ in range(4)]


async def test_jobs_of_other_queues_are_not_delivered(place: Place) -> None:
    await submitted(place.log, type="caption", queue="transcribe")
    job_id = await submitted(place.log)
    assert job_id == (await place.next()).job_id


async def test_an_unacknowledged_delivery_comes_again_after_its_lease(place: Place) -> None:
    job_id = await submitted(place.log)
    await place.next()
    assert job_id == (await place.next()).job_id


async def test_a_held_delivery_does_not_come_again(place: Place) -> None:
    held, other = await submitted(place.log), await submitted(place.log)
    delivery = await place.next()
    await place.next()
    for _ in range(6):
        await asyncio.sleep(LEASE_SECONDS / 4)
        await delivery.hold()
    assert (held, other) == (delivery.job_id, (await place.next()).job_id)


async def test_an_acknowledged_delivery_is_forgotten(place: Place) -> None:
    await submitted(place.log)
    await (await place.next()).ack()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(place.next(), LEASE_SECONDS * 2)


async def test_a_delivery_that_is_handed_back_comes_again_after_the_delay(place: Place) -> None:
    job_id = await submitted(place.log)
    await (await place.next()).hand_back(0.05)
    assert job_id == (await place.next()).job_id


async def test_a_stopping_worker_gets_nothing_more(place: Place) -> None:
    stopping = asyncio.Event()
    waiting = asyncio.create_task(place.queue.take(1, stopping))
    await asyncio.sleep(0)
    stopping.set()
    assert not await asyncio.wait_for(waiting, 5)
