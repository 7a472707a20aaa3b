"""Jobs that do nothing: submitted by the append path of the gateway, run by the runtime of every worker.

`python -m benchmarks.engine.noop` is such a worker, with the settings of the environment.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from benchmarks.peers.contract import SLOTS, FirstJob
from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.base import Change, unborn
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.events.job import JobCompleted, Submission
from kinolog.common.ids import new_id
from kinolog.common.jobs import NoopInput, NoopOutput
from kinolog.common.log import EventLog, Origin
from kinolog.common.service import run_worker
from kinolog.common.settings import WorkerSettings
from kinolog.common.worker import JobContext

QUEUE: Final = "bench"
ORIGIN: Final = Origin(source="bench", actor="user:bench", correlation_id="cor_bench")
_TOLD: Final = Path(os.environ.get("BENCH_FOLDER", "."), "told")
_first_job: Final = FirstJob()


def new_job(*, seconds: float = 0.0, priority: int = 0) -> Change:
    """The submission of a job that sleeps for so long."""
    submission = Submission(type="noop", queue=QUEUE, input_data={"seconds": seconds}, priority=priority)
    (change,) = unborn(JOB, new_id("job")).changes(submit_job(submission))
    return change


async def submit(log: EventLog, *, seconds: float = 0.0, priority: int = 0) -> str:
    """Put one job into the log, and return its id."""
    change = new_job(seconds=seconds, priority=priority)
    await log.append([change], ORIGIN)
    return change.id


async def events(log: EventLog, after: int) -> AsyncIterator[RecordedEvent]:
    """Every event after a sequence, for ever, as whoever follows the log sees it."""
    async for batch in log.tail(after):
        for entry in batch.entries:
            if isinstance(entry, RecordedEvent):
                yield entry


async def next_of(seen: AsyncIterator[RecordedEvent], job_id: str, kind: type[Event] = JobCompleted) -> RecordedEvent:
    """The job's next event of that kind."""
    async for recorded in seen:
        if recorded.subject.id == job_id and isinstance(recorded.event, kind):
            return recorded
    raise RuntimeError("the log ended, which it never does")


def told_at(folder: Path) -> dict[str, float]:
    """When the handler of each cancelled job was told, as the workers of this folder wrote it down."""
    lines = (line.split() for line in (folder / _TOLD.name).read_text().splitlines())
    return {job_id: float(moment) for job_id, moment in lines}


def work() -> None:
    """Run a worker of this queue until SIGTERM."""
    run_worker(QUEUE, WorkerSettings(), {"noop": _noop}, slots=SLOTS)


async def _noop(job: NoopInput, ctx: JobContext) -> NoopOutput:
    _first_job.note()
    if job.seconds:
        await _sleep(job.seconds, ctx.job.id)
    return NoopOutput()


async def _sleep(seconds: float, job_id: str) -> None:
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        _write_down(job_id)
        raise


def _write_down(job_id: str) -> None:
    with _TOLD.open("a") as told:
        told.write(f"{job_id} {time.time()!r}\n")


if __name__ == "__main__":
    work()
