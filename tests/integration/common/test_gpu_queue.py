"""Workers with a GPU and without, on a real log: who asks for one goes first, and waits where there is none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from kinolog.common.jobs import TrimOutput
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.service import open_service, queue_of
from kinolog.common.settings import WorkerSettings
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import submitted
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.control import Controls
from kinolog.common.worker.equipment import Equipment
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.runner import build_runner

HERE = Identity("render", "render", gpu_queue="render-gpu")


@asynccontextmanager
async def a_worker(nats_server: NatsServer, folder: Path, *gpu: str) -> AsyncIterator[list[str]]:
    """Runs one job after the other, and tells in which order."""
    order: list[str] = []

    async def handle(_: Any, context: JobContext) -> TrimOutput:
        order.append(context.job.id)
        return TrimOutput(video_id="vid_" + "0" * 32, start_time=0.0, end_time=1.0, frame_count=1)

    settings = WorkerSettings(nats_url=nats_server.url, work_dir=folder, blobs_url=f"file://{folder / 'blobs'}")
    stopping, equipment = asyncio.Event(), Equipment(gpu, serves_gpu_queue=bool(gpu))
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(open_service("render", settings, stopping))
        controls = Controls(service.log, HERE, settings.control_poll_seconds)
        queue = await stack.enter_async_context(queue_of(HERE, service, settings, controls, equipment))
        parts = (service.log, service.board, service.blobs, {"trim": handle}, settings)
        runner = build_runner(HERE, queue, *parts, slots=1, controls=controls, equipment=equipment)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        tasks.create_task(runner.run(stopping))
        yield order
        stopping.set()


async def test_a_machine_with_a_gpu_serves_those_who_ask_for_one_first(
    jetstream_log: JetStreamLog, nats_server: NatsServer, tmp_path: Path
) -> None:
    plain = await submitted(jetstream_log, queue="render", priority=10)
    low = await submitted(jetstream_log, queue="render-gpu", priority=0)
    high = await submitted(jetstream_log, queue="render-gpu", priority=3)
    async with a_worker(nats_server, tmp_path, "h264_nvenc") as order:
        await eventually(lambda: len(order) == 3)
        late = await submitted(jetstream_log, queue="render-gpu")
        await eventually(lambda: len(order) == 4)
    assert [high, low, plain, late] == order


async def test_a_machine_without_a_gpu_leaves_them_to_others(
    jetstream_log: JetStreamLog, nats_server: NatsServer, tmp_path: Path
) -> None:
    asking = await submitted(jetstream_log, queue="render-gpu", priority=10)
    plain = [await submitted(jetstream_log, queue="render") for _ in range(3)]
    async with a_worker(nats_server, tmp_path) as order:
        await eventually(lambda: len(order) == 3)
    assert plain == order
    assert asking not in order
