"""A gateway as it really runs: nats-server, the catalog, uvicorn on a free port."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from kinolog.catalog.settings import CatalogSettings
from kinolog.catalog.wiring import run_catalog
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.service import Service, open_service
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import NatsServer, eventually, provisioned_log
from kinolog.common.testing.ports import free_ports
from kinolog.gateway.__main__ import serve
from kinolog.gateway.settings import GatewaySettings

TOKEN = "a-token-for-tests"
START_SECONDS = 60.0

Run = Callable[[Service], Coroutine[Any, Any, None]]


@dataclass
class Platform:
    """What the tests talk to."""

    url: str
    log: JetStreamLog
    client: httpx2.AsyncClient

    @property
    def socket_url(self) -> str:
        return f"ws{self.url.removeprefix('http')}/v1/ws"

    async def is_ready(self) -> bool:
        try:
            return (await self.client.get("/readyz")).status_code == 200
        except httpx2.HTTPError:
            return False


@dataclass
class Program:
    """The gateway as a process of its own."""

    process: asyncio.subprocess.Process

    @property
    def resident_bytes(self) -> int:
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    async def stop(self, number: signal.Signals) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


Launch = Callable[..., Coroutine[Any, Any, Program]]


@pytest.fixture
def free_port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def unused_port() -> int:
    """For a second gateway."""
    return free_ports(1)[0]


@pytest.fixture
def blobs_url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/blobs"


@pytest.fixture
async def served_log(nats_server: NatsServer) -> AsyncIterator[JetStreamLog]:
    async with provisioned_log(nats_server.url) as log:
        yield log


@pytest.fixture
async def catalog(
    nats_server: NatsServer, served_log: JetStreamLog, tmp_path: Path, blobs_url: str
) -> AsyncIterator[None]:
    database_url = SecretStr(f"sqlite:///{tmp_path}/catalog.db")
    settings = CatalogSettings(nats_url=nats_server.url, database_url=database_url, blobs_url=blobs_url)
    async with _running("catalog", settings, lambda service: run_catalog(service, settings)):
        yield


@pytest.fixture
async def client(free_port: int) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"http://127.0.0.1:{free_port}"
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30.0, trust_env=False) as client:
        yield client


@pytest.fixture
async def platform(
    nats_server: NatsServer,
    served_log: JetStreamLog,
    catalog: None,
    client: httpx2.AsyncClient,
    free_port: int,
    blobs_url: str,
) -> AsyncIterator[Platform]:
    """Gateway and catalog in this process, which starts them at once."""
    settings = GatewaySettings(
        nats_url=nats_server.url, blobs_url=blobs_url, port=free_port, token=SecretStr(TOKEN), ring_size_events=20
    )
    platform = Platform(f"http://127.0.0.1:{free_port}", served_log, client)
    async with _running("gateway", settings, lambda service: serve(service, settings)):
        await eventually(platform.is_ready, within=START_SECONDS)
        yield platform


@pytest.fixture
async def launch(
    nats_server: NatsServer,
    served_log: JetStreamLog,
    catalog: None,
    client: httpx2.AsyncClient,
    free_port: int,
    blobs_url: str,
) -> AsyncIterator[Launch]:
    """Starts the gateway as a process, with what a test adds to its environment, as often as the last one ended."""
    programs: list[Program] = []
    usual = {
        "KINOLOG_NATS_URL": nats_server.url,
        "KINOLOG_BLOBS_URL": blobs_url,
        "KINOLOG_PORT": str(free_port),
        "KINOLOG_TOKEN": TOKEN,
        "KINOLOG_LOG_LEVEL": "warning",
        "KINOLOG_WS_SEND_TIMEOUT_SECONDS": "1",
    }

    async def start(**environment: str) -> Program:
        command = (sys.executable, "-m", "kinolog.gateway")
        process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **usual, **environment})
        programs.append(Program(process))
        await eventually(Platform("", served_log, client).is_ready, within=START_SECONDS)
        return programs[-1]

    yield start
    for program in programs:
        await program.stop(signal.SIGKILL)


@pytest.fixture
async def program(launch: Launch) -> Program:
    """The gateway as a process, for tests that measure or end it."""
    return await launch()


@asynccontextmanager
async def _running(name: str, settings: ServiceSettings, run: Run) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    async with open_service(name, settings, stopping) as service:
        running = asyncio.create_task(run(service))
        try:
            yield
        finally:
            stopping.set()
            await running
