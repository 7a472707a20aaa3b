"""Fixtures of the fault tests: a site with everything up, shared by the tests of a module, each of which heals it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from harness.site import Site, opened_site

from kinolog.common.testing import NatsServer


@pytest.fixture(scope="module")
def log_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with NatsServer(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(log_server: NatsServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Gateway, catalog and two workers on one log server, with a lease of two seconds."""
    async with opened_site(tmp_path_factory.mktemp("site"), log_server.url) as site:
        await asyncio.gather(site.gateway(), site.catalog(), site.worker("worker-1"), site.worker("worker-2"))
        yield site
