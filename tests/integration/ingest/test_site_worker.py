"""A download from a site by the service as a process of its own, killed in the middle, on a real nats-server."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from harness.pages import Pages, page, player
from harness.web_server import WebServer, answer_file, web_server

from kinolog.common.aggregates import JOB, Job
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import submitted

RECEIVED = 50_000


@pytest.fixture
def start_worker(nats_server: NatsServer, tmp_path: Path) -> Iterator[Callable[[WebServer], subprocess.Popen[bytes]]]:
    workers: list[subprocess.Popen[bytes]] = []

    def start(server: WebServer) -> subprocess.Popen[bytes]:
        settings = {
            "KINOLOG_NATS_URL": nats_server.url,
            "KINOLOG_BLOBS_URL": f"file://{tmp_path}/blobs",
            "KINOLOG_WORK_DIR": str(tmp_path / "work"),
            "KINOLOG_LEASE_SECONDS": "2",
            "KINOLOG_INGEST_ALLOWED_NETWORKS": "127.0.0.1/32",
            "KINOLOG_INGEST_ALLOWED_PORTS": f"{urlsplit(server.url).port}",
        }
        workers.append(subprocess.Popen([sys.executable, "-m", "kinolog.ingest"], env={**os.environ, **settings}))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def received_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("work/downloads/*/*") if file.is_file())


async def ended(log: JetStreamLog, job_id: str) -> Job:
    async def job() -> Job | None:
        state = (await load(log, JOB, job_id)).require()
        return state if state.status.is_final else None

    found = await eventually(job, within=100)
    assert found is not None
    return found


async def test_the_download_of_a_killed_worker_goes_on_from_the_bytes_on_disk(
    start_worker: Callable[[WebServer], subprocess.Popen[bytes]],
    jetstream_log: JetStreamLog,
    film: bytes,
    tmp_path: Path,
) -> None:
    is_over = asyncio.Event()
    broken = answer_file(film, stop_after=len(film) // 2, then=is_over.wait)
    pages = Pages({"/watch": page(player("/film.mp4")), "/film.mp4": broken})
    async with web_server(pages) as server:
        given = {"url": f"{server.url}/watch"}
        job_id = await submitted(jetstream_log, type="download", queue="ingest", video_id=None, input_data=given)
        first = start_worker(server)
        await eventually(lambda: received_bytes(tmp_path) >= RECEIVED, within=100)
        first.kill()
        pages.at["/film.mp4"] = answer_file(film)
        is_over.set()
        start_worker(server)
        job = await ended(jetstream_log, job_id)
        resumed_at = [asked.first_byte for asked in server.asked if asked.path == "/film.mp4"][-1]
    assert hashlib.sha256(film).hexdigest() == (job.output_data or {}).get("sha256"), job.error_message
    assert (resumed_at or 0) >= RECEIVED
    assert [] == list(tmp_path.glob("work/downloads/*"))
