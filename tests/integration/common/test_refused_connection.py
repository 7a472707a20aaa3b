"""A NATS server that does not accept a user: at the beginning, and after its configuration was reloaded."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nats.aio.client import Client

from kinolog.common.log.connection import connect
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import NatsServer, eventually

ONLY_ANN = 'authorization { user: "ann", password: "swordfish" }\n'


@asynccontextmanager
async def locked(server: NatsServer, configuration: Path) -> AsyncIterator[None]:
    """Nobody but Ann is let in, as long as this lasts."""
    usual = configuration.read_text()
    configuration.write_text(usual + ONLY_ANN)
    server.send(signal.SIGHUP)
    try:
        yield
    finally:
        configuration.write_text(usual)
        server.send(signal.SIGHUP)


async def test_a_service_with_a_wrong_password_ends_with_a_line_that_names_the_settings(
    nats_server: NatsServer, nats_client: Client, tmp_path: Path
) -> None:
    async with locked(nats_server, tmp_path / "nats" / "nats.conf"):
        await eventually(lambda: not nats_client.is_connected)
        given = {"NATS_URL": nats_server.url, "NATS_USER": "ann", "NATS_PASSWORD": "wrong"}
        env = {**os.environ, **{f"KINOLOG_{name}": value for name, value in given.items()}}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kinolog.ingest", env=env, cwd=tmp_path, stderr=PIPE
        )
        _, told = await asyncio.wait_for(process.communicate(), 60)
    assert (1, 1, 1) == (process.returncode, told.count(b"\n"), told.count(b"KINOLOG_NATS_PASSWORD")), told.decode()


async def test_a_connection_that_is_refused_while_it_runs_comes_back(
    nats_server: NatsServer, service_settings: ServiceSettings, tmp_path: Path
) -> None:
    async with connect(service_settings, "test") as client:
        async with locked(nats_server, tmp_path / "nats" / "nats.conf"):
            await eventually(lambda: not client.is_connected)
        await eventually(lambda: client.is_connected)
        await client.flush()
