"""The disk under nats-server is full: what is asked is refused in plain words, nothing that was accepted is lost, and
once there is room again the platform goes on by itself.
"""

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from harness.chaos import audited
from harness.history import History
from harness.platform import Platform, Running, connected, started

from kinolog.common.audit.report import OF_HISTORIES
from kinolog.common.testing import eventually

DISK = "16m"
# A file system of its own under the server's folder, in a namespace of its own: it is gone with the processes.
OWN_MOUNTS = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--mount")
ON_A_SMALL_DISK = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'
PATIENCE = {"KINOLOG_LOG_DEADLINE_SECONDS": "2", "KINOLOG_NATS_HEALTH_INTERVAL_SECONDS": "1"}


def small_disk(folder: Path) -> tuple[str, ...]:
    folder.mkdir(parents=True)
    return (*OWN_MOUNTS, "sh", "-c", ON_A_SMALL_DISK, "sh", DISK, str(folder))


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    attempt = subprocess.run([*small_disk(tmp_path / "trial"), "true"], capture_output=True, text=True)
    if attempt.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {attempt.stderr.strip()}")
    with started(tmp_path / "data", prefix=small_disk(tmp_path / "data/nats"), environment=PATIENCE) as running:
        async with connected(running) as platform:
            yield platform


def inside(running: Running) -> Path:
    """The data folder as its processes see it."""
    return Path(f"/proc/{running.process.pid}/root{running.folder}")


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(b"x" * 4096)


async def refused(platform: Platform, history: History) -> httpx2.Response:
    """The first answer to a new project that is no."""

    async def a_no() -> httpx2.Response | None:
        outcome, _ = await history.post(platform.client, "/v1/projects", json={"name": "Note"})
        return None if outcome == "ok" else await platform.client.post("/v1/projects", json={"name": "Another"})

    return await eventually(a_no, within=30)


async def test_a_full_disk_under_the_log_loses_nothing_and_is_got_over(platform: Platform) -> None:
    history, data = History(platform.running.folder / "history.jsonl"), inside(platform.running)
    await history.insist(platform.client, "/v1/projects", key="before", json={"name": "Before"})
    fill(data / "nats/ballast")
    answer = await refused(platform, history)
    (data / "nats/ballast").unlink()
    await history.insist(platform.client, "/v1/projects", key="after", json={"name": "After"})
    await platform.video(await platform.project())
    report = await audited(data, history)
    assert (503, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert "disk is full" in answer.json()["detail"]
    assert ([], True) == (report.violations, report.skipped.keys() <= OF_HISTORIES)
