"""Fixtures of the fault tests: one site with everything up, whole again before each test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from harness.site import Part, Site, opened_site

from kinolog.common.testing import NatsServer


@pytest.fixture(scope="session")
def log_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with NatsServer(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing_site(log_server: NatsServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with opened_site(tmp_path_factory.mktemp("site"), log_server.url) as site:
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def site(standing_site: Site) -> Site:
    """Gateway, catalog and two workers on one log server, with a lease of two seconds; nothing else, and no job."""
    await heal(standing_site)
    return standing_site


async def heal(site: Site) -> None:
    """Whatever a test before left out, broken, or set up strangely is made anew."""
    for part in site.parts.values():
        if part.is_strange:
            part.kill()
    starts: dict[str, Callable[[], Awaitable[Part]]] = {
        "gateway": site.gateway,
        "catalog": site.catalog,
        "worker-1": site.worker,
        "worker-2": lambda: site.worker("worker-2"),
    }
    await asyncio.gather(*(start() for name, start in starts.items() if not site.runs(name)))
    await site.drained()
