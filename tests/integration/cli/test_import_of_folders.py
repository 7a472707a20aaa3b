"""`kinolog import DIR` against a running platform: once, again, killed in between, and watching."""

import asyncio
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from harness.platform import SAMPLE, TOKEN, Platform, Running, connected, started
from harness.proxy import proxy_to

from kinolog.cli.address import Address
from kinolog.cli.client import connected as over
from kinolog.cli.library.bars import FileBar
from kinolog.cli.library.folder import Found
from kinolog.cli.library.sending import Sender
from kinolog.cli.library.settings import ImportSettings
from kinolog.cli.library.tally import Verdict
from kinolog.common.ids import new_id
from kinolog.common.testing import eventually

MIB = 1024**2
KINOLOG = Path(sys.executable).with_name("kinolog")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("platform") / "data") as running:
        yield running


@pytest.fixture
async def platform(running: Running) -> AsyncIterator[Platform]:
    async with connected(running) as platform:
        yield platform


@pytest.fixture
def project() -> str:
    """The name of one that does not exist yet."""
    return new_id("name")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Two films, one of them twice, and a file that is none."""
    (tmp_path / "library/more").mkdir(parents=True)
    shutil.copy(SAMPLE, tmp_path / "library/first.mp4")
    shutil.copy(SAMPLE, tmp_path / "library/more/copy.mp4")
    other(tmp_path / "library/second.mp4")
    (tmp_path / "library/broken.mp4").write_bytes(b"no film at all")
    return tmp_path / "library"


def other(path: Path) -> None:
    """The sample with a box behind it that every player passes over, so with another hash."""
    path.write_bytes(SAMPLE.read_bytes() + b"\0\0\0\x0cfree" + os.urandom(4))


async def begin(running: Running, *options: str) -> Process:
    url = f"http://127.0.0.1:{running.port}"
    words = ("import", "--url", url, "--token", TOKEN, *options)
    return await asyncio.create_subprocess_exec(
        KINOLOG, *words, stdout=PIPE, stderr=STDOUT, preexec_fn=_as_of_a_terminal
    )


def _as_of_a_terminal() -> None:
    """What a shell starts in the background, and all that this starts, does not hear Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def imported(running: Running, *options: str) -> tuple[int | None, str]:
    return await ended(await begin(running, *options))


async def told(*words: str) -> tuple[int | None, str]:
    return await ended(await asyncio.create_subprocess_exec(KINOLOG, *words, stdout=PIPE, stderr=STDOUT))


async def ended(process: Process) -> tuple[int | None, str]:
    said, _ = await process.communicate()
    return process.returncode, said.decode()


def counts(said: str) -> dict[str, int]:
    cells = [line.split("│")[1:3] for line in said.splitlines() if line.count("│") == 3]
    return {cell[1].strip(): int(cell[0]) for cell in cells if cell[0].strip().isdigit()}


async def videos(platform: Platform, project: str) -> list[dict[str, Any]]:
    projects = (await platform.get("/v1/projects", q=project))["data"]
    if not projects:
        return []
    return list((await platform.get("/v1/videos", project_id=projects[0]["id"]))["data"])


async def exists(platform: Platform, project: str) -> bool:
    return bool((await platform.get("/v1/projects", q=project))["data"])


async def videos_soon(platform: Platform, project: str) -> list[dict[str, Any]]:
    """Whatever there is of them while the platform may be away."""
    try:
        return await videos(platform, project)
    except httpx2.HTTPError:
        return []


@asynccontextmanager
async def watching(running: Running, folder: Path, project: str, *options: str) -> AsyncIterator[Process]:
    """At its end, the watch is interrupted as by Ctrl-C."""
    quick = ("--settle-seconds", "1", "--poll-seconds", "0.1", *options)
    process = await begin(running, str(folder), "--project", project, "--watch", *quick)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert 130 == process.returncode


async def test_a_folder_becomes_a_project_and_each_file_is_told_of(
    running: Running, platform: Platform, library: Path, project: str
) -> None:
    status, said = await imported(running, str(library), "--project", project)
    assert (0, {"imported": 2, "known": 1, "refused": 1, "failed": 0}) == (status, counts(said))
    assert "broken.mp4" in said
    assert 2 == len(await videos(platform, project))


async def test_the_same_folder_again_makes_no_second_video(
    running: Running, platform: Platform, library: Path, project: str
) -> None:
    await imported(running, str(library), "--project", project)
    (library / "second.mp4").rename(library / "renamed.mp4")
    status, said = await imported(running, str(library), "--project", project)
    assert (0, {"imported": 0, "known": 3, "refused": 1, "failed": 0}) == (status, counts(said))
    assert 2 == len(await videos(platform, project))


async def test_a_rehearsal_tells_and_writes_nothing(
    running: Running, platform: Platform, library: Path, project: str
) -> None:
    before = (await platform.get("/v1/events", limit=1))["seq"]
    status, said = await imported(running, str(library), "--project", project, "--dry-run")
    assert (0, 3, 1) == (status, counts(said)["would be imported"], counts(said)["known"])
    assert before == (await platform.get("/v1/events", limit=1))["seq"]


async def test_what_was_deleted_is_not_brought_back(
    running: Running, platform: Platform, library: Path, project: str
) -> None:
    await imported(running, str(library), "--project", project, "--extensions", "mp4")
    for video in await videos(platform, project):
        await platform.client.delete(f"/v1/videos/{video['id']}")
    _, said = await imported(running, str(library), "--project", project)
    assert 3 == counts(said)["known"]
    assert [] == await videos(platform, project)


async def test_an_import_that_was_killed_is_gone_on_with(
    running: Running, platform: Platform, library: Path, project: str
) -> None:
    process = await begin(running, str(library), "--project", project, "--jobs", "1")

    async def one_is_there() -> bool:
        return bool(await videos(platform, project))

    await eventually(one_is_there, within=60)
    process.kill()
    await process.communicate()
    assert 0 == (await imported(running, str(library), "--project", project))[0]
    assert 2 == len(await videos(platform, project))


async def test_a_watch_takes_a_file_when_it_is_whole(
    running: Running, platform: Platform, tmp_path: Path, project: str
) -> None:
    (tmp_path / "inbox").mkdir()
    content = SAMPLE.read_bytes()
    async with watching(running, tmp_path / "inbox", project):
        with (tmp_path / "inbox/slow.mp4").open("wb") as file:
            for start in range(0, len(content), len(content) // 8):
                file.write(content[start : start + len(content) // 8])
                file.flush()
                await asyncio.sleep(0.3)  # As a slow copy does, in less time than it has to settle.

        async def is_there() -> list[dict[str, Any]]:
            return await videos(platform, project)

        found = await eventually(is_there, within=60)
    assert [len(content)] == [video["size_bytes"] for video in found]


async def test_a_watch_outlives_the_platform(
    running: Running, platform: Platform, tmp_path: Path, project: str
) -> None:
    (tmp_path / "inbox").mkdir()
    async with watching(running, tmp_path / "inbox", project):
        await eventually(lambda: exists(platform, project), within=60)
        os.kill(running.pid_of("kinolog.gateway") or 0, signal.SIGKILL)
        other(tmp_path / "inbox/late.mp4")
        assert 1 == len(await eventually(lambda: videos_soon(platform, project), within=90))


class Positions(FileBar):
    """How far a file was sent, each time that was told."""

    def __init__(self) -> None:
        self.sent_bytes: list[int] = []

    def hashed(self, position: int) -> None:
        """Nothing to see."""

    def sent(self, position: int) -> None:
        self.sent_bytes.append(position)

    def waits(self) -> None:
        """Nothing to see."""


@asynccontextmanager
async def sender_over(port: int, project_id: str) -> AsyncIterator[Sender]:
    async with over(Address(f"http://127.0.0.1:{port}", TOKEN)) as client:
        yield Sender(client, project_id, ImportSettings(retry_pause_seconds=0.1))


def large(folder: Path, size_bytes: int) -> Found:
    path = folder / "large.mp4"
    path.write_bytes(SAMPLE.read_bytes() + size_bytes.to_bytes(4) + b"free" + bytes(size_bytes - 8))
    return Found(path, path.stat().st_size, path.stat().st_mtime_ns)


async def test_a_broken_line_costs_only_what_was_on_it(running: Running, platform: Platform, tmp_path: Path) -> None:
    bar = Positions()
    async with proxy_to(running.port) as proxy, sender_over(proxy.port, await platform.project()) as sender:
        proxy.link.bytes_left = 16 * MIB
        outcome = await sender.take_in(large(tmp_path, 24 * MIB), bar)
    assert Verdict.IMPORTED is outcome.verdict, outcome.detail
    gone_on_at = [bar.sent_bytes[n] for n in range(1, len(bar.sent_bytes)) if bar.sent_bytes[n] < bar.sent_bytes[n - 1]]
    # A reset drops what the gateway has received and not yet read.
    assert (1, True) == (len(gone_on_at), MIB < gone_on_at[0] <= 17 * MIB)


async def test_what_one_run_has_sent_another_does_not_send_again(
    running: Running, platform: Platform, tmp_path: Path
) -> None:
    film, bars, project_id = large(tmp_path, 24 * MIB), (Positions(), Positions()), await platform.project()
    async with proxy_to(running.port) as proxy, sender_over(proxy.port, project_id) as sender:
        proxy.link.bytes_per_second = 16 * MIB
        first = asyncio.create_task(sender.take_in(film, bars[0]))
        # Much of it is still on its way then, in the buffers of the sockets.
        await eventually(lambda: max(bars[0].sent_bytes, default=0) > 16 * MIB, within=60)
        first.cancel()
        await asyncio.wait([first])
    async with sender_over(running.port, project_id) as sender:
        assert Verdict.IMPORTED is (await sender.take_in(film, bars[1])).verdict
    assert MIB < bars[1].sent_bytes[0]


async def test_an_old_library_appears_in_the_running_platform(
    running: Running, platform: Platform, tmp_path: Path, project: str
) -> None:
    shutil.copy(SAMPLE, tmp_path / "a.mp4")
    long_ago = {"created_at": "2020-05-01T10:00:00Z", "updated_at": "2020-06-01T10:00:00Z"}
    films = [{"id": "a", "filename": "a.mp4", **long_ago}]
    (tmp_path / "projects.json").write_text(json.dumps([{"name": project, **long_ago, "videos": films}]))
    status, said = await told("import", str(tmp_path / "projects.json"), "--data-dir", str(running.folder))
    assert 0 == status, said

    found = await eventually(lambda: videos_soon(platform, project))
    assert ["2020-06-01T10:00:00"] == [video["updated_at"][:19] for video in found]
    status, said = await told("audit", "--data-dir", str(running.folder))
    assert 0 == status, said


async def test_a_project_that_is_not_there_is_told_in_one_line(running: Running, library: Path) -> None:
    status, said = await imported(running, str(library), "--project", new_id("prj"))
    assert (1, 1) == (status, len(said.splitlines()))


async def test_a_wrong_token_ends_it_at_once(running: Running, library: Path) -> None:
    status, said = await imported(running, str(library), "--token", "wrong")
    assert (1, True) == (status, said.startswith("kinolog: "))
