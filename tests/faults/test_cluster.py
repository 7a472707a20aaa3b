"""Three log servers: the loss of the one that leads, and a restart of all, one after the other."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from harness.cluster import Cluster, started_cluster
from harness.site import Site, opened_site

from kinolog.common.testing import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.chaos]

LONGEST_OUTAGE_SECONDS = 15


@pytest.fixture(scope="module")
def standing_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with started_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(standing_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with opened_site(tmp_path_factory.mktemp("site"), standing_cluster.url, replicas=3) as site:
        await asyncio.gather(site.gateway(), site.catalog(), site.worker("worker-1"), site.worker("worker-2"))
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def cluster(standing_cluster: Cluster, site: Site) -> Cluster:
    """Whole, whatever the test before left of it."""
    for node in standing_cluster.nodes:
        if node.process is None:
            node.start()
    await standing_cluster.is_whole(site.nats)
    return standing_cluster


async def outage(site: Site, video_id: str, name: str) -> float:
    """How long it takes from now until a job is accepted, in seconds."""
    began = time.monotonic()
    await site.submit(video_id, name)
    return time.monotonic() - began


async def test_the_loss_of_the_leading_server_is_over_soon_and_loses_nothing(site: Site, cluster: Cluster) -> None:
    video_id = await site.video()
    for number in range(3):
        leader = await cluster.leader(site.nats)
        clients = [asyncio.create_task(site.submit(video_id, f"lost-{number}-{each}")) for each in range(10)]
        leader.end(signal.SIGKILL)
        assert await outage(site, video_id, f"after-{number}") < LONGEST_OUTAGE_SECONDS
        await asyncio.gather(*clients)
        leader.start()
        await cluster.is_whole(site.nats)
    await site.is_sound()


async def test_a_rolling_restart_loses_nothing(site: Site, cluster: Cluster) -> None:
    video_id = await site.video()
    for node in cluster.nodes:
        node.end(signal.SIGTERM)
        assert await outage(site, video_id, f"rolling-{node.name}") < LONGEST_OUTAGE_SECONDS
        node.start()
        await cluster.is_whole(site.nats)
    await site.is_sound()


async def test_two_servers_of_three_down_means_no_write_and_no_lie(site: Site, cluster: Cluster) -> None:
    video_id = await site.video()
    for node in cluster.nodes[:2]:
        node.end(signal.SIGKILL)
    body: dict[str, object] = {"type": "trim", "video_id": video_id, "input_data": {"start_time": 0, "end_time": 0.05}}
    outcome, _ = await site.history.post(site.client, "/v1/jobs", key="no-quorum", json=body)
    for node in cluster.nodes[:2]:
        node.start()
    assert "unknown" == outcome
    await cluster.is_whole(site.nats)
    await eventually(lambda: accepts(site, body), within=60)
    await site.is_sound()


async def accepts(site: Site, body: dict[str, object]) -> bool:
    return (await site.history.post(site.client, "/v1/jobs", key="no-quorum", json=body))[0] == "ok"
