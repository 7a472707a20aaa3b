"""A catalog that runs, on a real nats-server and each database, and somebody who asks it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.micro.request import ERROR_CODE_HEADER

from kinolog.catalog.settings import CatalogSettings
from kinolog.catalog.wiring import run_catalog
from kinolog.common.queries import Page, Problem
from kinolog.common.service import open_service
from kinolog.common.subjects import catalog_query
from kinolog.common.testing import NatsServer, eventually


class Asker:
    """Asks the catalog over NATS, as the gateway does."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def raw(self, name: str, body: bytes = b"") -> tuple[str | None, bytes]:
        """The number of the service error, if it is one, and the body."""
        reply = await self._client.request(catalog_query(name), body, timeout=10)
        return (reply.headers or {}).get(ERROR_CODE_HEADER), reply.data

    async def page(self, name: str, body: bytes = b"") -> Page:
        error, answer = await self.raw(name, body)
        assert error is None, answer
        return Page.model_validate_json(answer)

    async def problem(self, name: str, body: bytes = b"") -> Problem:
        error, answer = await self.raw(name, body)
        assert error is not None, answer
        return Problem.model_validate_json(answer)

    async def is_answered(self) -> bool:
        try:
            return (await self.raw("position"))[0] is None
        except NoRespondersError:
            return False


@pytest.fixture
def ask(nats_client: Client) -> Asker:
    return Asker(nats_client)


Running = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture
def settings(catalog_settings: CatalogSettings, nats_server: NatsServer) -> CatalogSettings:
    return catalog_settings.model_copy(update={"nats_url": nats_server.url})


@pytest.fixture
def running(settings: CatalogSettings, ask: Asker) -> Running:
    """Run the service while a context lasts, with other settings where the test names some."""

    @asynccontextmanager
    async def run(**changes: Any) -> AsyncIterator[None]:
        chosen = settings.model_copy(update=changes)
        stopping = asyncio.Event()
        async with open_service("catalog", chosen, stopping) as service, asyncio.TaskGroup() as tasks:
            tasks.create_task(run_catalog(service, chosen))
            await eventually(ask.is_answered)
            yield
            stopping.set()

    return run
