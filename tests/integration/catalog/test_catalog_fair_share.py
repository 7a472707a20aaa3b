"""A worker and a catalog together: a project with a few jobs is not kept waiting by one with many."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.aggregates import JOB
from kinolog.common.jobs import TrimOutput
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.service import open_service
from kinolog.common.settings import WorkerSettings
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import submitted
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.runner import build_runner
from kinolog.common.worker.turns import FairQueue

MANY, FEW = 80, 5
JOB_SECONDS = 0.05
ON_THE_WAY = 30


@asynccontextmanager
async def a_worker(nats_server: NatsServer, folder: Path) -> AsyncIterator[list[str]]:
    """Runs one job after the other, a little while each, and tells in which order."""
    order: list[str] = []

    async def handle(_: Any, context: JobContext) -> TrimOutput:
        order.append(context.job.id)
        await asyncio.sleep(JOB_SECONDS)
        return TrimOutput(video_id="vid_" + "0" * 32, start_time=0.0, end_time=1.0, frame_count=1)

    settings = WorkerSettings(
        nats_url=nats_server.url, work_dir=folder / "work", blobs_url=f"file://{folder / 'blobs'}"
    )
    stopping, identity = asyncio.Event(), Identity("render", "render")
    async with (
        open_service("render", settings, stopping) as service,
        FairQueue.open(service.writes, "render", settings.poll_interval_seconds) as queue,
        asyncio.TaskGroup() as tasks,
    ):
        parts = service.log, service.board, service.blobs
        tasks.create_task(build_runner(identity, queue, *parts, {"trim": handle}, settings, slots=1).run(stopping))
        yield order
        stopping.set()


@pytest.mark.parametrize("catalog_settings", ["sqlite"], indirect=True)
async def test_a_few_jobs_pass_the_many_of_another_project(
    jetstream_log: JetStreamLog, running: Any, nats_server: NatsServer, tmp_path: Path
) -> None:
    for _ in range(MANY):
        await submitted(jetstream_log, project_id="many")
    async with running(), a_worker(nats_server, tmp_path) as order:
        await eventually(lambda: order)
        few = [await submitted(jetstream_log, project_id="few") for _ in range(FEW)]
        gone = len(order)
        await eventually(lambda: set(few) <= set(order), within=60)
        places = [order.index(job_id) - gone for job_id in few]
        await eventually(partial(_is_completed, jetstream_log, few[-1]))
    assert sorted(places) == places
    # Half of the turns are theirs, once the catalog has heard of them.
    assert places[-1] < 2 * FEW + ON_THE_WAY, places


async def _is_completed(log: JetStreamLog, job_id: str) -> bool:
    return (await load(log, JOB, job_id)).require().status == "completed"
