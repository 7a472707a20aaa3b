"""The whole platform as a user starts it, spoken to over HTTP, and hands that reach for its processes."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from kinolog.cli.nats_server import free_port
from kinolog.common.testing import eventually

ROOT: Final = Path(__file__).parents[2]
SAMPLE: Final = ROOT / "tests/data/sample/hello.mp4"
MODEL: Final = ROOT / "tests/data/whisper-fixture/model"
TOKEN: Final = "e2e-token"
START_SECONDS: Final = 60
FINAL: Final = ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class Running:
    """A `kinolog up` of the test's own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def pid_of(self, word: str) -> int | None:
        """The process whose command line holds the word, if there is one at present."""
        return next((pid for pid, line in self.processes() if word in line), None)

    def processes(self) -> Iterator[tuple[int, str]]:
        return descendants(self.process.pid)


@dataclass(frozen=True)
class Platform:
    """What a client can say to a running platform."""

    running: Running
    client: httpx2.AsyncClient

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        answer = await self.client.post(path, json=body or {}, headers=headers)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()

    async def project(self) -> str:
        return str((await self.post("/v1/projects", {"name": "Stories"}))["id"])

    async def upload(self, project_id: str, path: Path = SAMPLE, title: str = "Hello") -> dict[str, Any]:
        """The upload job, as accepted."""
        with path.open("rb") as file:
            answer = await self.client.post(
                "/v1/videos/upload", data={"project_id": project_id, "title": title}, files={"file": (path.name, file)}
            )
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def video(self, project_id: str, path: Path = SAMPLE) -> str:
        job = await self.ends((await self.upload(project_id, path))["id"])
        assert job["status"] == "completed", job
        return str(job["output_data"]["video_id"])

    async def submit(self, job_type: str, video_id: str, **input_data: Any) -> str:
        body = {"type": job_type, "video_id": video_id, "input_data": input_data}
        return str((await self.post("/v1/jobs", body))["id"])

    async def job(self, job_id: str) -> dict[str, Any]:
        return dict(await self.get(f"/v1/jobs/{job_id}"))

    async def ends(self, job_id: str, within: float = 60) -> dict[str, Any]:
        async def ended() -> dict[str, Any] | None:
            job = await self.job(job_id)
            return job if job["status"] in FINAL else None

        return await eventually(ended, within=within)

    async def runs(self, job_id: str, phase: str) -> dict[str, Any]:
        async def running() -> dict[str, Any] | None:
            job = await self.job(job_id)
            assert job["status"] not in FINAL, job
            return job if job["status"] == "running" and job["phase"] == phase else None

        return await eventually(running, within=30)

    async def history(self, job_id: str) -> list[str]:
        return [event["type"] for event in (await self.get(f"/v1/jobs/{job_id}/events"))["data"]]

    async def worker_of(self, job_id: str) -> int:
        """The pid of the worker that runs the job now."""

        async def found() -> int | None:
            workers = [worker for queue in (await self.get("/v1/queues"))["data"] for worker in queue["workers"]]
            return next((worker["pid"] for worker in workers if job_id in worker["running"]), None)

        return await eventually(found)


def descendants(ancestor: int) -> Iterator[tuple[int, str]]:
    """Pids and command lines of all live processes under a process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (pid := int(entry.name)) != ancestor and _is_under(pid, ancestor):
            yield pid, command_line(pid)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _is_under(pid: int, ancestor: int) -> bool:
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return False
        if pid == ancestor:
            return True
    return False


@contextmanager
def started(
    folder: Path, *options: str, environment: Mapping[str, str] | None = None, prefix: tuple[str, ...] = ()
) -> Iterator[Running]:
    """`kinolog up` in a folder, ready, until the end of the block; behind the words of `prefix`, which must exec it."""
    port = free_port()
    up = [sys.executable, "-m", "kinolog.cli", "up", "--data-dir", str(folder), "--port", str(port), *options]
    settings = {
        "KINOLOG_TOKEN": TOKEN,
        "KINOLOG_TRANSCRIBE_MODEL_DIR": str(MODEL),
        "KINOLOG_LEASE_SECONDS": "2",
        # Stories that count jobs or events have only those that they submit.
        "KINOLOG_INGEST_ANALYZES_NEW_VIDEOS": "false",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".log").open("ab") as output:
        everything = {**os.environ, **settings, **(environment or {})}
        process = subprocess.Popen([*prefix, *up], stdout=output, stderr=output, env=everything)
    running = Running(folder, port, process)
    try:
        _wait_until_ready(running)
        yield running
    finally:
        process.terminate()
        assert 0 == process.wait(timeout=20)


@asynccontextmanager
async def connected(running: Running) -> AsyncIterator[Platform]:
    url, headers = f"http://127.0.0.1:{running.port}", {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        yield Platform(running, client)


def _wait_until_ready(running: Running) -> None:
    deadline = time.monotonic() + START_SECONDS
    while f"ready http://127.0.0.1:{running.port}" not in running.log.read_text():
        assert running.process.poll() is None, running.log.read_text()[-4000:]
        assert time.monotonic() < deadline, running.log.read_text()[-4000:]
        time.sleep(0.05)
