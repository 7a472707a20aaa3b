"""Downloads by the service as a process of its own, killed in the middle, on a real nats-server."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from harness.large_file import Padded, Served
from harness.web_server import Asked, WebServer, answer_file, web_server

from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.job_decisions import cancel_job
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import ORIGIN, submitted
from kinolog.ingest.domain.fetching import Checkpoint

Worker = subprocess.Popen[bytes]
StartWorker = Callable[..., Worker]


@pytest.fixture
def start_worker(jetstream_log: JetStreamLog, nats_server: NatsServer, tmp_path: Path) -> Iterator[StartWorker]:
    workers: list[Worker] = []

    def start(server: WebServer, checkpoint_interval_seconds: float = 0) -> Worker:
        settings = {
            "KINOLOG_NATS_URL": nats_server.url,
            "KINOLOG_BLOBS_URL": f"file://{tmp_path}/blobs",
            "KINOLOG_WORK_DIR": str(tmp_path / "work"),
            "KINOLOG_LEASE_SECONDS": "2",
            "KINOLOG_INGEST_ALLOWED_NETWORKS": "127.0.0.1/32, 10.0.0.0/8",
            "KINOLOG_INGEST_ALLOWED_PORTS": f"80,{urlsplit(server.url).port}",
            "KINOLOG_INGEST_CHECKPOINT_INTERVAL_SECONDS": f"{checkpoint_interval_seconds}",
        }
        workers.append(subprocess.Popen([sys.executable, "-m", "kinolog.ingest"], env={**os.environ, **settings}))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


async def reached(log: JetStreamLog, job_id: str, condition: Callable[[Job], object], within: float = 60) -> Job:
    async def job() -> Job | None:
        state = (await load(log, JOB, job_id)).require()
        return state if condition(state) else None

    state = await eventually(job, within=within)
    assert state is not None
    return state


def is_kept(least_bytes: int) -> Callable[[Job], bool]:
    """Whether a checkpoint tells of so many bytes, wherever in the file they are."""

    def holds(job: Job) -> bool:
        checkpoint = Checkpoint.of(job.checkpoint, (job.checkpoint or {}).get("source", {}).get("url", ""))
        return checkpoint is not None and checkpoint.plan().received_bytes >= least_bytes

    return holds


def has_received(size_bytes: int) -> Callable[[Job], bool]:
    return lambda job: job.checkpoint is not None and job.checkpoint["received"]["size_bytes"] == size_bytes


def size_asked_for(asked: Asked, total_bytes: int) -> int:
    first, last = asked.range
    return (total_bytes if last is None else last + 1) - (first or 0)


async def downloading(log: JetStreamLog, server: WebServer) -> str:
    given = {"url": f"{server.url}/film.mp4", "strategy": "direct"}
    return await submitted(log, type="download", queue="ingest", video_id=None, input_data=given)


async def test_a_killed_download_goes_on_from_the_bytes_on_disk(
    start_worker: StartWorker, jetstream_log: JetStreamLog, film: bytes, tmp_path: Path
) -> None:
    half, is_over = len(film) // 2, asyncio.Event()
    async with web_server(answer_file(film, stop_after=half, then=is_over.wait), answer_file(film)) as server:
        job_id = await downloading(jetstream_log, server)
        first = start_worker(server)
        await reached(jetstream_log, job_id, has_received(half))
        first.kill()
        start_worker(server)
        job = await reached(jetstream_log, job_id, lambda job: job.status.is_final)
        is_over.set()
    assert (JobStatus.COMPLETED, [None, half]) == (job.status, server.ranges), job.error_message
    assert hashlib.sha256(film).hexdigest() == (job.output_data or {})["sha256"]
    assert [] == list(tmp_path.glob("work/downloads/*"))


@pytest.mark.parametrize(
    "total_bytes", [64 << 20, pytest.param(1 << 30, marks=pytest.mark.chaos)], ids=["64 MiB", "1 GiB"]
)
async def test_a_download_that_is_killed_half_way_goes_on_with_all_its_pieces(
    start_worker: StartWorker, jetstream_log: JetStreamLog, film: bytes, total_bytes: int
) -> None:
    padded = Padded(film, total_bytes)
    served = Served(padded, slow_after=total_bytes // 2)
    async with web_server(served) as server:
        job_id = await downloading(jetstream_log, server)
        first = start_worker(server, checkpoint_interval_seconds=0.5)
        await reached(jetstream_log, job_id, is_kept(total_bytes // 2))
        first.kill()
        before, served.slow_after = len(server.asked), None
        start_worker(server, checkpoint_interval_seconds=0.5)
        job = await reached(jetstream_log, job_id, lambda job: job.status.is_final, within=300)
    assert (JobStatus.COMPLETED, padded.sha256()) == (job.status, (job.output_data or {})["sha256"]), job.error_message
    assert sum(size_asked_for(asked, total_bytes) for asked in server.asked[before:]) <= total_bytes // 2 + (8 << 20)


async def test_a_cancelled_download_leaves_nothing_on_disk(
    start_worker: StartWorker, jetstream_log: JetStreamLog, film: bytes, tmp_path: Path
) -> None:
    is_over = asyncio.Event()
    async with web_server(answer_file(film, stop_after=1_000, then=is_over.wait)) as server:
        job_id = await downloading(jetstream_log, server)
        start_worker(server)
        await reached(jetstream_log, job_id, has_received(1_000))
        loaded = await load(jetstream_log, JOB, job_id)
        asked = cancel_job(loaded.require())
        assert asked is not None
        await jetstream_log.append(loaded.changes(asked), ORIGIN)
        await reached(jetstream_log, job_id, lambda job: job.status is JobStatus.CANCELLED)
        is_over.set()
    assert [] == list(tmp_path.glob("work/downloads/*"))


async def test_a_worker_that_is_told_to_stop_leaves_its_bytes_to_the_next(
    start_worker: StartWorker, jetstream_log: JetStreamLog, film: bytes
) -> None:
    is_over = asyncio.Event()
    async with web_server(answer_file(film, stop_after=1_000, then=is_over.wait), answer_file(film)) as server:
        job_id = await downloading(jetstream_log, server)
        first = start_worker(server)
        await reached(jetstream_log, job_id, has_received(1_000))
        first.send_signal(signal.SIGTERM)
        await eventually(lambda: first.poll() is not None, within=20)
        start_worker(server)
        job = await reached(jetstream_log, job_id, lambda job: job.status.is_final)
        is_over.set()
    assert (JobStatus.COMPLETED, [None, 1_000]) == (job.status, server.ranges), job.error_message
