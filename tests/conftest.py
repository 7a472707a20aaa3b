"""Fixtures for all tests: real servers, one a test, on free ports."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from harness.scheduling import CostlyTogether
from hypothesis import HealthCheck, settings
from nats.aio.client import Client
from xdist.remote import Producer

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.settings import CatalogSettings
from kinolog.catalog.wiring import opened_database
from kinolog.common.log.connection import connect
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import NatsServer, provisioned_log
from kinolog.common.testing.postgres import PostgresServer
from kinolog.common.testing.s3_server import S3Server
from kinolog.common.testing.zoo import Zoo

# The same examples in every run, and none fails for being slow on a busy machine.
settings.register_profile("kinolog", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kinolog")

# Tracebacks as Python writes them: by default a line shows every local value with them, which takes seconds.
_renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _renderer])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> CostlyTogether:
    return CostlyTogether(config, log)


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    """A nats-server of the test's own."""
    with NatsServer(tmp_path / "nats") as server:
        yield server


@pytest.fixture
def service_settings(nats_server: NatsServer) -> ServiceSettings:
    return ServiceSettings(nats_url=nats_server.url)


@pytest.fixture
async def nats_client(service_settings: ServiceSettings) -> AsyncIterator[Client]:
    async with connect(service_settings, "test-client") as client:
        yield client


@pytest.fixture
async def jetstream_log(nats_server: NatsServer) -> AsyncIterator[JetStreamLog]:
    """The log on the test's own server, provisioned and empty, with a lease of two seconds."""
    async with provisioned_log(nats_server.url) as log:
        yield log


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for all tests of a process: starting it takes seconds."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """One S3 server for all tests of a process."""
    with S3Server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="session")
def zoo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Zoo:
    """The films are made once, whatever the number of processes that run the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "zoo"
    folder.mkdir(exist_ok=True)
    return Zoo(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog_settings(request: pytest.FixtureRequest, tmp_path: Path) -> CatalogSettings:
    """An empty database of the test's own, once on each engine."""
    if request.param == "sqlite":
        return CatalogSettings.model_validate({"database_url": f"sqlite:///{tmp_path / 'catalog.db'}"})
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return CatalogSettings.model_validate({"database_url": server.new_database()})


@pytest.fixture
async def catalog_database(catalog_settings: CatalogSettings) -> AsyncIterator[Database]:
    async with opened_database(catalog_settings) as database:
        yield database
