"""An urgent job behind a long queue: how soon it starts, and how many others start before it."""

import asyncio
import time
from collections.abc import AsyncIterator

import uvloop

from benchmarks.engine import machine
from benchmarks.engine.lab import Lab, laboratory, options
from benchmarks.engine.noop import events, submit
from benchmarks.engine.report import table
from benchmarks.engine.services import Mode
from benchmarks.engine.spread import spread
from benchmarks.peers.contract import at_once
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobQueued, JobStarted
from kinolog.common.subjects import HIGHEST_LANE

_SLOTS = 4
_JOB_SECONDS = 0.05
_IN_FLIGHT = 256
_PAUSE_SECONDS = 0.2


async def main(mode: Mode, jobs: int, urgent: int) -> None:
    async with laboratory(mode) as lab, lab.catalog():
        await at_once(jobs, _IN_FLIGHT, lambda _: submit(lab.log, seconds=_JOB_SECONDS))
        async with lab.workers(1, slots=_SLOTS):
            measured = [await _send(lab) for _ in range(urgent)]
    print(machine.in_words(machine.describe()), end="\n\n")
    rows = [
        ["milliseconds until it starts", *spread([milliseconds for milliseconds, _ in measured])],
        ["others that start before it", *spread([float(others) for _, others in measured])],
    ]
    head = f"an urgent job behind {jobs:,} of {_JOB_SECONDS * 1000:.0f} ms in {_SLOTS} slots, {mode}, {urgent} times"
    print(table([head, "p50", "p99", "max"], rows))


async def _send(lab: Lab) -> tuple[float, int]:
    await asyncio.sleep(_PAUSE_SECONDS)
    seen = events(lab.log, await lab.log.last_sequence())
    began = time.time()
    job_id = await submit(lab.log, priority=HIGHEST_LANE)
    started, others = await _start_of(job_id, seen)
    return (started.occurred_at.timestamp() - began) * 1000, others


async def _start_of(job_id: str, seen: AsyncIterator[RecordedEvent]) -> tuple[RecordedEvent, int]:
    """The job's start, and how many other jobs started between its submission and that."""
    is_queued, others = False, 0
    async for recorded in seen:
        is_ours = recorded.subject.id == job_id
        is_queued = is_queued or (is_ours and isinstance(recorded.event, JobQueued))
        if isinstance(recorded.event, JobStarted):
            if is_ours:
                return recorded, others
            others += is_queued
    raise RuntimeError("the log ended, which it never does")


if __name__ == "__main__":
    given = options("Send urgent jobs behind a long queue.", jobs=10_000, urgent=50)
    uvloop.run(main(given.mode, given.jobs, given.urgent))
