"""The look into lanes of which nothing was heard: what no hint told of is found, and the most urgent of it taken."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client

from kinolog.common import subjects
from kinolog.common.log.api import ask
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.provision import EVENTS
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import submitted
from kinolog.common.worker.lanes import LaneQueue


@pytest.fixture
async def quiet(nats_client: Client, jetstream_log: JetStreamLog) -> AsyncIterator[LaneQueue]:
    """A queue that has found all its lanes empty, looks into them whenever it is asked, and gets no hints."""
    await ask(nats_client, "STREAM.UPDATE.EVENTS", {**EVENTS, "num_replicas": 1, "republish": None})
    async with LaneQueue.open(nats_client, "render", poll_seconds=0.0) as queue:
        assert not await queue.look(1)
        yield queue


async def waits_in(client: Client, lane: int) -> None:
    """Until the consumer of the lane itself knows of its message."""

    async def has_one() -> bool:
        info = await ask(client, f"CONSUMER.INFO.EVENTS.{subjects.lane_durable('render', lane)}")
        return bool(info["num_pending"] == 1)

    await eventually(has_one)


async def test_a_job_of_which_no_hint_told_is_found(quiet: LaneQueue, jetstream_log: JetStreamLog) -> None:
    job_id = await submitted(jetstream_log)

    (delivery,) = await asyncio.wait_for(quiet.take(1, asyncio.Event()), 10)

    assert job_id == delivery.job_id


async def test_of_several_lanes_the_most_urgent_is_taken_and_the_rest_stays(
    quiet: LaneQueue, jetstream_log: JetStreamLog, nats_client: Client
) -> None:
    first, *rest = [await submitted(jetstream_log, priority=lane) for lane in (9, 5, 2)]
    for lane in (9, 5, 2):
        await waits_in(nats_client, lane)

    found = [*await quiet.look(1), *await quiet.take(1, asyncio.Event()), *await quiet.take(1, asyncio.Event())]

    assert (first, sorted(rest)) == (found[0].job_id, sorted(delivery.job_id for delivery in found[1:]))


async def test_as_many_are_taken_at_once_as_there_is_room_for(
    quiet: LaneQueue, jetstream_log: JetStreamLog, nats_client: Client
) -> None:
    expected = [await submitted(jetstream_log, priority=lane) for lane in (7, 3)]
    for lane in (7, 3):
        await waits_in(nats_client, lane)

    found = await quiet.look(2)

    assert expected == [delivery.job_id for delivery in found]
