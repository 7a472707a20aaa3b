"""Loading one job among many: what it costs beside one bare request for a stored message, in turns."""

import json
import random
import statistics
import time

import uvloop

from benchmarks.engine import machine
from benchmarks.engine.lab import Lab, laboratory, options
from benchmarks.engine.report import table
from benchmarks.engine.services import Mode
from benchmarks.engine.spread import spread
from kinolog.common.aggregates import JOB
from kinolog.common.log import load
from kinolog.common.subjects import EVENTS_STREAM

_SEED = 3
_REQUEST = f"$JS.API.DIRECT.GET.{EVENTS_STREAM}"


async def main(mode: Mode, jobs: int, loads: int) -> None:
    async with laboratory(mode) as lab:
        job_ids = await lab.fill(jobs)
        chosen = random.Random(_SEED).choices(range(jobs), k=loads)  # noqa: S311  # a seed is what we want
        bare, whole = [], []
        for number in chosen:
            bare.append(await _bare(lab, number + 1))
            whole.append(await _whole(lab, job_ids[number]))
    print(machine.in_words(machine.describe()) + f", seed {_SEED}", end="\n\n")
    rows = [["one bare direct get", *spread(bare)], ["load one job", *spread(whole)]]
    print(table([f"among {jobs:,} jobs, {loads:,} times", "p50 ms", "p99 ms", "max ms"], rows))
    print(f"\nratio of the medians: {statistics.median(whole) / statistics.median(bare):.2f}")


async def _bare(lab: Lab, sequence: int) -> float:
    began = time.perf_counter()
    await lab.nats.request(_REQUEST, json.dumps({"seq": sequence}).encode(), timeout=5)
    return (time.perf_counter() - began) * 1000


async def _whole(lab: Lab, job_id: str) -> float:
    began = time.perf_counter()
    (await load(lab.log, JOB, job_id)).require()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    given = options("Load jobs among many.", jobs=100_000, loads=2_000)
    uvloop.run(main(given.mode, given.jobs, given.loads))
