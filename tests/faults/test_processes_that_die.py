"""Processes are killed, frozen and told to stop under load: what was promised is there, once."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from harness.site import LEASE_SECONDS, Part, Site

from kinolog.common.testing import NatsServer, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORKER, GATEWAY, CATALOG = "worker-1", "gateway", "catalog"
RARELY_FROZEN = (GATEWAY, CATALOG)


@asynccontextmanager
async def load(site: Site, name: str, clients: int = 2) -> AsyncIterator[list[str]]:
    """Clients that submit one job after the other for the time of the block, insisting on each; the jobs' ids."""
    video_id, accepted, stop = await site.video(), list[str](), asyncio.Event()

    async def submit(client: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            accepted.append(await site.submit(video_id, f"{name}-{client}-{number}", seconds=0.1))

    async with asyncio.TaskGroup() as group:
        for client in range(clients):
            group.create_task(submit(client))
        await eventually(lambda: len(accepted) > clients)
        yield accepted
        stop.set()


async def revive(site: Site, part: Part) -> None:
    """As a supervisor would."""
    if part.process.poll() is not None:
        await {WORKER: site.worker, GATEWAY: site.gateway, CATALOG: site.catalog}[part.name]()


@pytest.mark.parametrize("name", [WORKER, GATEWAY, CATALOG])
@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.chaos)])
async def test_a_service_that_is_ended_under_load_loses_and_doubles_nothing(
    site: Site, name: str, number: signal.Signals
) -> None:
    async with load(site, f"{number.name}-{name}") as accepted:
        part = site.parts[name]
        await part.stop(number)
        await revive(site, part)
        done = len(accepted)
        await eventually(lambda: len(accepted) > done + 2)
    await site.is_sound()


@pytest.mark.parametrize("name", [WORKER, *(pytest.param(name, marks=pytest.mark.chaos) for name in RARELY_FROZEN)])
async def test_a_service_that_is_frozen_beyond_its_lease_loses_and_doubles_nothing(site: Site, name: str) -> None:
    async with load(site, f"frozen-{name}"):
        site.parts[name].send(signal.SIGSTOP)
        await asyncio.sleep(LEASE_SECONDS * 1.5)  # The fault is its length.
        site.parts[name].send(signal.SIGCONT)
    await site.is_sound()


async def test_a_worker_told_to_stop_costs_its_jobs_no_attempt(site: Site) -> None:
    video_id = await site.video()
    jobs = [await site.submit(video_id, f"told-{number}", seconds=1.5) for number in range(4)]
    await eventually(lambda: all_started(site, jobs))
    await site.parts[WORKER].stop()
    await revive(site, site.parts[WORKER])
    await site.is_sound()
    assert [0] * len(jobs) == [(await site.history_of(job_id)).count("job.attempt_failed") for job_id in jobs]


async def all_started(site: Site, jobs: list[str]) -> bool:
    return all(["job.started" in await site.history_of(job_id) for job_id in jobs])


async def test_a_log_server_that_is_killed_again_and_again_loses_and_doubles_nothing(
    site: Site, log_server: NatsServer
) -> None:
    async with load(site, "log-killed") as accepted:
        for _ in range(3):
            log_server.kill()
            log_server.start()
            done = len(accepted)
            await eventually(lambda done=done: len(accepted) > done + 1, within=20)  # type: ignore[misc]
    await site.is_sound()


async def test_a_log_server_that_is_frozen_for_a_while_loses_and_doubles_nothing(
    site: Site, log_server: NatsServer
) -> None:
    async with load(site, "log-frozen"):
        log_server.send(signal.SIGSTOP)
        await asyncio.sleep(3)  # The fault is its length.
        log_server.send(signal.SIGCONT)
    await site.is_sound()
