"""Every crash point of the code is passed by a process that ends there, and everything comes out right after."""

import signal

import pytest
from harness.crashpoints import crash_points
from harness.site import LEASE_SECONDS, Site

from kinolog.common.testing import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


# Which test makes a process end there, by the first word of the name: see `test_crash_points_are_all_used`.
WORKER_POINTS = [name for name in crash_points() if name.startswith(("worker.", "blobs."))]
CATALOG_POINTS = [name for name in crash_points() if name.startswith("catalog.")]
GATEWAY_POINTS = [name for name in crash_points() if name.startswith("gateway.")]


def _rarely(name: str) -> list[pytest.MarkDecorator]:
    """The place where freezing hurts most is tried always."""
    return [] if name == "worker.before_commit" else [pytest.mark.chaos]


async def burst(site: Site, name: str, count: int = 6) -> list[str]:
    """Some jobs, each long enough that a worker beats while it runs."""
    video_id = await site.video()
    seconds = LEASE_SECONDS / 3 + 0.2
    return [await site.submit(video_id, f"{name}-{number}", seconds=seconds) for number in range(count)]


async def replaced(site: Site, name: str) -> None:
    """End the part that is up, so that a doomed one can take its place."""
    await site.parts[name].stop()


@pytest.mark.parametrize("name", WORKER_POINTS)
async def test_a_worker_that_dies_there_is_replaced_by_another(site: Site, name: str) -> None:
    await replaced(site, "worker-1")
    doomed = await site.worker("worker-1", crash_at=f"{name}:1:kill")
    await burst(site, f"{name}-kill")
    assert -signal.SIGKILL == await doomed.ended()
    await site.worker("worker-1")
    await site.is_sound()


@pytest.mark.parametrize("name", [pytest.param(name, marks=_rarely(name)) for name in WORKER_POINTS])
async def test_a_worker_that_freezes_there_wakes_up_to_find_its_jobs_in_other_hands(site: Site, name: str) -> None:
    await replaced(site, "worker-1")
    doomed = await site.worker("worker-1", crash_at=f"{name}:1:stop")
    await burst(site, f"{name}-stop")
    await eventually(lambda: doomed.is_frozen, within=20)
    await site.drained()
    assert 0 == await doomed.stop()  # It wakes up to this, and does first what it was about to do.
    await site.worker("worker-1")
    await site.is_sound()


@pytest.mark.parametrize("name", CATALOG_POINTS)
async def test_a_catalog_that_ends_there_goes_on_where_it_was(site: Site, name: str) -> None:
    await replaced(site, "catalog")
    doomed = await site.catalog(crash_at=f"{name}:2:kill")
    await burst(site, name, count=2)
    assert -signal.SIGKILL == await doomed.ended()
    await site.catalog()
    await site.is_sound()


@pytest.mark.parametrize("name", GATEWAY_POINTS)
async def test_a_gateway_that_ends_there_has_done_what_is_asked_again(site: Site, name: str) -> None:
    video_id = await site.video()
    await replaced(site, "gateway")
    doomed = await site.gateway(crash_at=f"{name}:1:kill")
    outcome, _ = await site.history.post(site.client, "/v1/jobs", key=name, json=a_trim_of(video_id))
    assert ("unknown", -signal.SIGKILL) == (outcome, await doomed.ended())
    await site.gateway()
    await site.history.insist(site.client, "/v1/jobs", key=name, json=a_trim_of(video_id))
    await site.is_sound()


def a_trim_of(video_id: str) -> dict[str, object]:
    return {"type": "trim", "video_id": video_id, "input_data": {"start_time": 0, "end_time": 0.05}}
