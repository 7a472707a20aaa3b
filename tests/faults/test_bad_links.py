"""Links between a service and the log server are cut, blocked and slowed down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from harness.proxy import Proxy, Way, proxy_to
from harness.site import LEASE_SECONDS, Part, Site

from kinolog.common.testing import NatsServer, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


NEAR = ("worker-1", "worker-2")


def port_of(server: NatsServer) -> int:
    return int(server.url.rpartition(":")[2])


def a_trim_of(video_id: str) -> dict[str, object]:
    return {"type": "trim", "video_id": video_id, "input_data": {"start_time": 0, "end_time": 0.05}}


@asynccontextmanager
async def far_away(site: Site, server: NatsServer) -> AsyncIterator[tuple[Part, Proxy]]:
    """The only worker, behind a link of its own; in the end it is gone and the others are back."""
    for name in NEAR:
        await site.parts[name].stop()
    async with proxy_to(port_of(server)) as proxy:
        far = await site.worker("far", KINOLOG_NATS_URL=proxy.url)
        try:
            yield far, proxy
        finally:
            far.kill()
            await asyncio.gather(*(site.worker(name) for name in NEAR if site.parts[name].process.poll() is not None))


async def test_a_worker_behind_a_black_hole_is_fenced_off(site: Site, log_server: NatsServer) -> None:
    async with far_away(site, log_server) as (far, proxy):
        job_id = await site.submit(await site.video(), "fenced", seconds=LEASE_SECONDS)
        await eventually(lambda: has(site, job_id, "job.started"))
        proxy.link.block()
        await asyncio.gather(*(site.worker(name) for name in NEAR))
        await site.drained()
        proxy.link.heal()
        assert 0 == await far.stop()
    await site.is_sound()
    history = await site.history_of(job_id)
    assert (2, 1, 1) == tuple(history.count(f"job.{name}") for name in ("started", "attempt_failed", "completed"))


@pytest.mark.chaos
async def test_a_worker_that_cannot_reach_the_log_stops_when_it_is_told_to(site: Site, log_server: NatsServer) -> None:
    async with far_away(site, log_server) as (far, proxy):
        job_id = await site.submit(await site.video(), "unreachable", seconds=0.5)
        await eventually(lambda: has(site, job_id, "job.started"))
        proxy.link.block()
        assert 0 == await far.stop()
    await site.is_sound()


async def has(site: Site, job_id: str, event: str) -> bool:
    return event in await site.history_of(job_id)


async def test_a_request_whose_answer_from_the_log_is_lost_may_be_asked_again(
    site: Site, log_server: NatsServer
) -> None:
    video_id = await site.video()
    await site.parts["gateway"].stop()
    async with proxy_to(port_of(log_server)) as proxy:
        await site.gateway(KINOLOG_NATS_URL=proxy.url, KINOLOG_LOG_DEADLINE_SECONDS="2")
        proxy.link.block(Way.BACK)
        outcome, _ = await site.history.post(site.client, "/v1/jobs", key="unheard", json=a_trim_of(video_id))
        proxy.link.heal()
        again = await site.history.insist(site.client, "/v1/jobs", key="unheard", json=a_trim_of(video_id))
        await site.parts["gateway"].stop()
    await site.gateway()
    await site.is_sound()
    assert ("unknown", 1) == (outcome, (await site.history_of(again["id"])).count("job.queued"))


async def test_connections_that_break_in_mid_sentence_lose_and_double_nothing(
    site: Site, log_server: NatsServer
) -> None:
    video_id = await site.video()
    await site.parts["gateway"].stop()
    async with proxy_to(port_of(log_server)) as proxy:
        await site.gateway(KINOLOG_NATS_URL=proxy.url)
        for number in range(4):
            proxy.link.bytes_left = 300 * number
            await site.submit(video_id, f"broken-{number}")
        proxy.reset()
        await site.submit(video_id, "reset")
        await site.parts["gateway"].stop()
    await site.gateway()
    await site.is_sound()


@pytest.mark.chaos
async def test_a_slow_link_only_takes_its_time(site: Site, log_server: NatsServer) -> None:
    async with proxy_to(port_of(log_server)) as proxy:
        slow = await site.worker("slow", KINOLOG_NATS_URL=proxy.url)
        proxy.link.delay_seconds, proxy.link.bytes_per_second = 0.25, 20_000
        video_id = await site.video()
        for number in range(6):
            await site.submit(video_id, f"slow-{number}", seconds=0.5)
        await site.drained()
        proxy.link.heal()
        await slow.stop()
    await site.is_sound()
