"""`kinolog provision` as an operator meets it who runs nats-server on his own."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinolog.cli.nats_server import free_port
from kinolog.common.log.connection import connect
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import NatsServer
from kinolog.common.testing.examples import submitted

KINOLOG = Path(sys.executable).with_name("kinolog")


@pytest.fixture
def bare_server(tmp_path: Path) -> Iterator[NatsServer]:
    with NatsServer(tmp_path / "bare") as server:
        yield server


async def provisioned(*options: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(str(KINOLOG), "provision", *options, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_bare_server_takes_jobs_from_then_on(bare_server: NatsServer) -> None:
    status, said = await provisioned("--nats-url", bare_server.url)
    assert (0, True) == (status, said.startswith("ready for the services: its log was made at 2"))
    settings = ServiceSettings(nats_url=bare_server.url)
    async with connect(settings, "test") as client, JetStreamLog.open(client, client, settings) as log:
        assert (await submitted(log)).startswith("job_")


async def test_the_second_time_changes_nothing(bare_server: NatsServer) -> None:
    assert await provisioned("--nats-url", bare_server.url) == await provisioned("--nats-url", bare_server.url)


async def test_more_servers_than_there_are_is_told_in_one_line(bare_server: NatsServer) -> None:
    status, said = await provisioned("--nats-url", bare_server.url, "--replicas", "3")
    assert (1, 1, True) == (status, said.count("\n"), said.startswith("kinolog: replicas > 1"))


async def test_a_server_that_is_away_cannot_be_provisioned() -> None:
    status, said = await provisioned("--nats-url", f"nats://127.0.0.1:{free_port()}")
    assert (1, True) == (status, "no NATS server answers at" in said)
