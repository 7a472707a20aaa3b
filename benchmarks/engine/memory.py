"""Memory over many jobs: how much every process of the engine holds at each tenth of the way, and how fast that grows.

First jobs that cost the engine alone, submitted by HTTP in batches; then uploads, trims and captions of a clip of a
second by the real ingest, render and transcribe.
"""

import os
import statistics
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final

import httpx2
import uvloop

from benchmarks.engine import machine
from benchmarks.engine.clerk import Clerk
from benchmarks.engine.lab import TOKEN, Lab, laboratory, options
from benchmarks.engine.report import table
from benchmarks.engine.roster import ROOT
from benchmarks.engine.services import Mode
from benchmarks.engine.usage import descendants, program, resident_mib
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.examples import registered

# Resident MiB of each process: before the first job, then after every tenth of the jobs.
Samples = dict[str, list[float]]

_TENTHS: Final = 10
_WARM_UP_TENTHS: Final = 2
_REQUEST_SECONDS: Final = 60
_MODEL: Final = ROOT / "tests/data/whisper-fixture/model"
_SERVICES: Final = ("ingest", "render", "transcribe")


async def main(mode: Mode, jobs: int, rounds: int) -> None:
    print(machine.in_words(machine.describe()), end="\n\n", flush=True)
    print(_table(f"{jobs:,} jobs without work, {mode}, MiB", jobs, await _trims(mode, jobs)), end="\n\n", flush=True)
    head = f"{rounds:,} uploads, trims and captions, {mode}, MiB"
    print(_table(head, 3 * rounds, await _media(mode, rounds)))


async def _trims(mode: Mode, jobs: int) -> Samples:
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(laboratory(mode))
        clerk = await _clerk(lab, stack)
        await stack.enter_async_context(lab.service("render", module="benchmarks.engine.clipper"))
        video_id = await registered(lab.log)
        return await _samples(lambda count: clerk.trims(video_id, count), jobs)


async def _media(mode: Mode, rounds: int) -> Samples:
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(laboratory(mode))
        clerk = await _clerk(lab, stack)
        for name in _SERVICES:
            await stack.enter_async_context(lab.service(name, KINOLOG_TRANSCRIBE_MODEL_DIR=str(_MODEL)))
        clip = make_clip(lab.folder, "clip.mp4", seconds=1.0)
        return await _samples(lambda count: clerk.rounds(clip, count), rounds)


async def _clerk(lab: Lab, stack: AsyncExitStack) -> Clerk:
    """Of a gateway, beside a catalog, that last as long as the stack."""
    await stack.enter_async_context(lab.catalog())
    url = await stack.enter_async_context(lab.gateway())
    headers = {"Authorization": f"Bearer {TOKEN}"}
    client = httpx2.AsyncClient(base_url=url, headers=headers, timeout=_REQUEST_SECONDS)
    return Clerk(await stack.enter_async_context(client))


async def _samples(work: Callable[[int], Awaitable[None]], count: int) -> Samples:
    names = {pid: program(line) for pid, line in descendants(os.getpid()).items()}
    samples = {name: [resident_mib(pid)] for pid, name in names.items()}
    for tenth in range(_TENTHS):
        await work((count * (tenth + 1)) // _TENTHS - (count * tenth) // _TENTHS)
        for pid, name in names.items():
            samples[name].append(resident_mib(pid))
        _tell(tenth + 1, samples)
    return samples


def _tell(tenth: int, samples: Samples) -> None:
    """A run takes half an hour."""
    said = ", ".join(f"{name} {column[-1]:.1f}" for name, column in samples.items())
    print(f"{tenth * 100 // _TENTHS} %: {said}", file=sys.stderr, flush=True)


def _table(what: str, jobs: int, samples: Samples) -> str:
    head = [what, "start", *(f"{tenth * 100 // _TENTHS} %" for tenth in range(1, _TENTHS + 1)), "KiB per 1,000 jobs"]
    rows = [
        [name, *(f"{mib:.0f}" for mib in column), f"{growth(column, jobs):.0f}"] for name, column in samples.items()
    ]
    return table(head, rows)


def growth(column: list[float], jobs: int) -> float:
    """KiB for each thousand jobs after the warm-up, on the line that fits best."""
    tenths = range(_WARM_UP_TENTHS, _TENTHS + 1)
    thousands = [jobs * tenth / _TENTHS / 1_000 for tenth in tenths]
    return statistics.linear_regression(thousands, [column[tenth] * 1_024 for tenth in tenths]).slope


if __name__ == "__main__":
    given = options("Watch memory over many jobs.", jobs=100_000, rounds=1_000)
    uvloop.run(main(given.mode, given.jobs, given.rounds))
