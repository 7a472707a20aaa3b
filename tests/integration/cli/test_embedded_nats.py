"""The embedded nats-server: it starts, keeps what it acknowledged over a kill, and cannot run twice on one store."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from nats.aio.client import Client as NatsClient

from kinolog.cli import nats_server, readiness
from kinolog.cli.child import Backoff, Child
from kinolog.cli.data_folder import DataFolder, locked
from kinolog.cli.errors import FolderInUse
from kinolog.cli.nats_server import NatsAccess
from kinolog.common.testing import eventually


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / 'it\'s a "folder" {with} spaces')
    folder.create()
    return folder


@asynccontextmanager
async def server(folder: DataFolder, lock: int | None = None) -> AsyncIterator[Child]:
    command = nats_server.command(folder.nats, lock)
    backoff = Backoff(first_seconds=0.05, most_seconds=0.05, reset_seconds=30)
    child = Child(command, backoff, lambda *_: None, line_limit_bytes=1_000)
    task = asyncio.create_task(child.run())
    try:
        yield child
    finally:
        child.kill()
        await task


async def connect(access: NatsAccess) -> NatsClient:
    connection: NatsClient | None = await eventually(lambda: readiness.connect(access))
    assert connection
    return connection


async def test_what_was_acknowledged_survives_a_kill(folder: DataFolder) -> None:
    access = nats_server.prepare(folder.nats, "always")
    async with server(folder) as child:
        connection = await connect(access)
        await connection.jetstream().add_stream(name="S", subjects=["s"])
        await connection.jetstream().publish("s", b"precious")
        await connection.close()
        os.kill(child.pid or 0, signal.SIGKILL)
        await eventually(lambda: child.deaths)

        connection = await connect(access)
        kept = await connection.jetstream().get_last_msg("S", "s")
        await connection.close()

    assert b"precious" == kept.data


async def test_nobody_gets_in_without_the_password(folder: DataFolder) -> None:
    access = nats_server.prepare(folder.nats, "always")
    async with server(folder):
        await (await connect(access)).close()

        assert await readiness.connect(replace(access, password="guessed")) is None


async def test_the_folder_stays_locked_while_a_server_outlives_its_supervisor(folder: DataFolder) -> None:
    access = nats_server.prepare(folder.nats, "always")
    with locked(folder) as lock:
        process = await nats_server_alone(folder, lock)
    await (await connect(access)).close()

    with pytest.raises(FolderInUse), locked(folder):
        pass

    process.kill()
    await process.wait()
    with locked(folder):
        pass


async def nats_server_alone(folder: DataFolder, lock: int) -> asyncio.subprocess.Process:
    command = nats_server.command(folder.nats, lock)
    return await asyncio.create_subprocess_exec(
        *command.arguments,
        cwd=command.folder,
        pass_fds=command.inherited_descriptors,
        stderr=asyncio.subprocess.DEVNULL,
    )
