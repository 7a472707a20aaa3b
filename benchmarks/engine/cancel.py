"""Cancelling by HTTP: how soon a pending job is cancelled for good, and how soon a running job's handler is told."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx2
import uvloop

from benchmarks.engine import machine
from benchmarks.engine.lab import TOKEN, Lab, laboratory, options
from benchmarks.engine.noop import events, submit, told_at
from benchmarks.engine.report import table
from benchmarks.engine.services import Mode
from benchmarks.engine.spread import spread
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobCancelled, JobStarted

_LONG_SECONDS = 600.0
_PAUSE_SECONDS = 0.02


async def main(mode: Mode, jobs: int) -> None:
    async with (
        laboratory(mode) as lab,
        lab.catalog(),
        lab.gateway() as url,
        httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}) as gateway,
    ):
        pending = await _pending(lab, gateway, jobs)
        async with lab.workers(1, slots=jobs):
            told, final = await _running(lab, gateway, jobs)
    print(machine.in_words(machine.describe()), end="\n\n")
    rows = [["pending: final", *spread(pending)], ["running: told", *spread(told)], ["running: final", *spread(final)]]
    print(table([f"cancelling, {jobs} jobs each, {mode}", "p50 ms", "p99 ms", "max ms"], rows))


async def _pending(lab: Lab, gateway: httpx2.AsyncClient, jobs: int) -> list[float]:
    """The gateway answers when the job is cancelled in the log."""
    milliseconds = []
    for job_id in await lab.fill(jobs):
        began = time.perf_counter()
        await _cancel(gateway, job_id)
        milliseconds.append((time.perf_counter() - began) * 1000)
    return milliseconds


async def _running(lab: Lab, gateway: httpx2.AsyncClient, jobs: int) -> tuple[list[float], list[float]]:
    """From the request until the handler is told, and until the job is cancelled in the log."""
    seen = events(lab.log, await lab.log.last_sequence())
    job_ids = [await submit(lab.log, seconds=_LONG_SECONDS) for _ in range(jobs)]
    await _all(seen, jobs, JobStarted)
    asked = {}
    for job_id in job_ids:
        asked[job_id] = time.time()
        await _cancel(gateway, job_id)
        await asyncio.sleep(_PAUSE_SECONDS)
    ended = await _all(seen, jobs, JobCancelled)
    told = told_at(lab.folder)
    final = {recorded.subject.id: recorded.occurred_at.timestamp() for recorded in ended}
    return _since(asked, told), _since(asked, final)


def _since(asked: dict[str, float], moments: dict[str, float]) -> list[float]:
    return [(moments[job_id] - moment) * 1000 for job_id, moment in asked.items()]


async def _all(seen: AsyncIterator[RecordedEvent], count: int, kind: type) -> list[RecordedEvent]:
    """The next so many events of a kind."""
    found: list[RecordedEvent] = []
    while len(found) < count:
        recorded = await anext(seen)
        if isinstance(recorded.event, kind):
            found.append(recorded)
    return found


async def _cancel(gateway: httpx2.AsyncClient, job_id: str) -> None:
    (await gateway.post(f"/v1/jobs/{job_id}/cancel")).raise_for_status()


if __name__ == "__main__":
    given = options("Cancel jobs, pending ones and running ones.", jobs=100)
    uvloop.run(main(given.mode, given.jobs))
