"""`kinolog up` as a script meets it: the real services, started, damaged, and stopped."""

import asyncio
import os
import re
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from harness.platform import command_line

from kinolog.cli.data_folder import DataFolder, locked
from kinolog.cli.nats_server import free_port
from kinolog.common.testing import eventually

KINOLOG = Path(sys.executable).with_name("kinolog")
START_SECONDS = 90
STOP_SECONDS = 20


@dataclass
class Up:
    """A running `kinolog up`."""

    process: Process
    url: str
    folder: Path
    log: Path

    def children(self) -> dict[int, str]:
        """Its live child processes and their command lines."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        lines = {int(pid): command_line(int(pid)).strip() for pid in pids}
        return {pid: line for pid, line in lines.items() if line}

    def pids(self, pattern: str) -> list[int]:
        return [pid for pid, line in self.children().items() if re.search(pattern, line)]

    async def is_ready(self) -> bool:
        async with httpx2.AsyncClient() as client:
            try:
                return (await client.get(f"{self.url}/readyz")).status_code == httpx2.codes.OK
            except httpx2.HTTPError:
                return False

    async def stop(self) -> int:
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)


async def start(folder: Path, port: int, log: Path, *options: str) -> Process:
    arguments = ("up", "--data-dir", str(folder), "--port", str(port), *options)
    with log.open("wb") as errors:
        return await asyncio.create_subprocess_exec(KINOLOG, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=errors)


@asynccontextmanager
async def running(tmp_path: Path, *options: str) -> AsyncIterator[Up]:
    port, folder, log = free_port(), tmp_path / "data", tmp_path / "log"
    process = await start(folder, port, log, *options)
    up = Up(process, f"http://127.0.0.1:{port}", folder, log)
    try:
        assert process.stdout
        first = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        assert f"ready {up.url}\n" == first.decode(), log.read_text()
        yield up
    finally:
        if process.returncode is None:
            await up.stop()


async def refusal(folder: Path, port: int, log: Path) -> str:
    """What a `kinolog up` says that must not stay."""
    process = await start(folder, port, log)
    assert 1 == await asyncio.wait_for(process.wait(), START_SECONDS)
    return log.read_text()


async def test_the_platform_starts_in_order_and_stops_in_reverse(tmp_path: Path) -> None:
    async with running(tmp_path, "--replicas", "ingest=2") as up:
        assert await up.is_ready()
        assert 2 == len(up.pids(r"kinolog\.ingest$"))
        children = up.children()
        begun = time.monotonic()
        status = await up.stop()

    assert (0, True) == (status, time.monotonic() - begun < STOP_SECONDS)
    assert not [pid for pid in children if Path(f"/proc/{pid}/exe").exists()]
    order = re.findall(r"(?m)^(\w+)\b.*Stopped", up.log.read_text())
    assert ("gateway", "catalog") == (order[0], order[-1])


async def test_whatever_is_killed_comes_back(tmp_path: Path) -> None:
    async with running(tmp_path) as up:
        killed = up.pids("nats-server|kinolog.(render|catalog|gateway)$")
        for pid in killed:
            os.kill(pid, signal.SIGKILL)

        await eventually(lambda: len(set(up.children()) - set(killed)) == 6, within=30)
        assert await eventually(up.is_ready, within=60)

    assert 4 == len(killed)


async def test_a_folder_in_use_is_refused(folder: DataFolder, tmp_path: Path) -> None:
    with locked(folder):
        said = await refusal(folder.root, free_port(), tmp_path / "log")

    assert re.fullmatch(r"kinolog: the data folder .* is in use by another kinolog \(process \d+\);.*\n", said)


async def test_a_port_in_use_is_refused(folder: DataFolder, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        said = await refusal(folder.root, squatter.getsockname()[1], tmp_path / "log")

    assert re.fullmatch(r"kinolog: port \d+ of 127\.0\.0\.1 is in use;.*\n", said)


async def test_a_log_that_vanished_is_not_silently_replaced(folder: DataFolder, tmp_path: Path) -> None:
    folder.log_created_file.write_text("2026-01-31T12:00:00Z")

    said = await refusal(folder.root, free_port(), tmp_path / "log")

    assert "was made at 2026-01-31T12:00:00Z, but the stream is missing" in said


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    return folder


@pytest.fixture(autouse=True)
def _no_settings_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("KINOLOG_")]:
        monkeypatch.delenv(name)
