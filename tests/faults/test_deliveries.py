"""Deliveries that come twice, late and in any order."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from harness.site import Site
from nats.aio.msg import Msg

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEED = 20261121


@asynccontextmanager
async def meddling(site: Site) -> AsyncIterator[list[str]]:
    """Listen in on what the workers are handed, and give most of it back in their name at a random time, so that it
    is delivered once more while they are at it.
    """
    chance, meddled, tasks = random.Random(SEED), list[str](), set[asyncio.Task[None]]()

    async def give_back(message: Msg) -> None:
        await asyncio.sleep(chance.random() * 0.2)
        await site.nats.publish(message.reply, b"-NAK")
        meddled.append(message.subject)

    async def hear(message: Msg) -> None:
        if message.reply.startswith("$JS.ACK.EVENTS.render_") and chance.random() < 0.6:
            tasks.add(asyncio.create_task(give_back(message)))

    subscription = await site.nats.subscribe("_INBOX_render.>", cb=hear)
    await site.nats.flush()
    try:
        yield meddled
    finally:
        await subscription.unsubscribe()
        await asyncio.gather(*tasks)


async def test_deliveries_that_come_twice_and_out_of_order_are_worked_on_once(site: Site) -> None:
    video_id = await site.video()
    async with meddling(site) as meddled:
        for number in range(30):
            await site.submit(video_id, f"meddled-{number}", seconds=0.15)
        await site.drained()
    await site.is_sound()
    assert len(meddled) > 10
