"""Clocks that are wrong by an hour: order and ownership come from the log, not from them."""

import asyncio

import pytest
from harness.site import LEASE_SECONDS, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

AN_HOUR_AHEAD = {"KINOLOG_CLOCK_OFFSET_SECONDS": "3600"}
AN_HOUR_BEHIND = {"KINOLOG_CLOCK_OFFSET_SECONDS": "-3600"}


async def long_jobs(site: Site, name: str) -> list[str]:
    video_id = await site.video()
    return [await site.submit(video_id, f"{name}-{number}", seconds=LEASE_SECONDS * 1.5) for number in range(4)]


async def attempts_of(site: Site, jobs: list[str]) -> list[int]:
    return [(await site.history_of(job_id)).count("job.started") for job_id in jobs]


@pytest.mark.parametrize("offset", [AN_HOUR_AHEAD, AN_HOUR_BEHIND], ids=["ahead", "behind"])
async def test_a_worker_whose_clock_is_wrong_takes_nothing_from_others(site: Site, offset: dict[str, str]) -> None:
    await site.parts["worker-1"].stop()
    await site.worker("worker-1", **offset)
    jobs = await long_jobs(site, f"worker {offset}".replace(" ", ""))
    await site.is_sound()
    assert [1] * len(jobs) == await attempts_of(site, jobs)


async def test_a_catalog_whose_clock_is_ahead_takes_no_job_from_its_worker(site: Site) -> None:
    await site.parts["catalog"].stop()
    await site.catalog(**AN_HOUR_AHEAD, KINOLOG_CATALOG_REAP_INTERVAL_SECONDS="0.3")
    jobs = await long_jobs(site, "catalog")
    await site.is_sound()
    assert [1] * len(jobs) == await attempts_of(site, jobs)


async def test_services_of_different_clocks_agree_on_what_happened(site: Site) -> None:
    await asyncio.gather(site.parts["gateway"].stop(), site.parts["worker-2"].stop())
    await asyncio.gather(site.gateway(**AN_HOUR_BEHIND), site.worker("worker-2", **AN_HOUR_AHEAD))
    video_id = await site.video()
    await asyncio.gather(*(site.submit(video_id, f"clocks-{number}") for number in range(6)))
    await site.is_sound()
