"""Clients that follow the log, and clients that read what they wrote, while the processes that answer them die."""

import pytest
from harness.follower import following
from harness.site import Site

from kinolog.common.audit import Check
from kinolog.common.testing import NatsServer, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

JOBS = 6


async def submit_some(site: Site, name: str) -> list[str]:
    video_id = await site.video()
    return [await site.submit(video_id, f"{name}-{number}") for number in range(JOBS)]


async def test_a_follower_that_is_cut_off_by_a_dying_gateway_misses_nothing(site: Site) -> None:
    async with following(site.history, site.client) as follower:
        await submit_some(site, "watched-before")
        site.parts["gateway"].kill()
        await site.gateway()
        await submit_some(site, "watched-after")
        await site.drained()
        end = await site.log.last_sequence()
        await eventually(lambda: follower.position >= end, within=20)
    await site.is_sound()
    assert ((await site.audited()).looked_at[Check.FOLLOWED] >= end, follower.connections >= 2) == (True, True)


async def test_a_follower_misses_nothing_while_the_log_server_is_killed(site: Site, log_server: NatsServer) -> None:
    async with following(site.history, site.client) as follower:
        await submit_some(site, "log-before")
        log_server.kill()
        log_server.start()
        await submit_some(site, "log-after")
        await site.drained()
        end = await site.log.last_sequence()
        await eventually(lambda: follower.position >= end, within=20)
    await site.is_sound()


async def test_a_catalog_that_begins_anew_shows_nobody_less_than_they_were_told(site: Site) -> None:
    jobs = await submit_some(site, "read")
    told = (await site.log.read("job", jobs[-1]))[0].sequence
    site.parts["catalog"].kill()
    without, _ = await site.history.get(site.client, "/v1/jobs", told=told, min_seq=told)
    await site.catalog()
    listed, _ = await site.history.get(site.client, "/v1/jobs", told=told, min_seq=told)
    alone = [(await site.history.get(site.client, f"/v1/jobs/{job_id}", told=told))[0] for job_id in jobs]
    await site.is_sound()
    assert ("unknown", "ok", ["ok"] * JOBS) == (without, listed, alone)
