"""Idle latency: one job after the other through the whole engine, from its submission until it is seen to be done.

A lost wake-up or a poll in the way would show as a maximum of about a second.
"""

import time

import uvloop

from benchmarks.engine import machine
from benchmarks.engine.lab import laboratory, options
from benchmarks.engine.noop import events, next_of, submit
from benchmarks.engine.report import table
from benchmarks.engine.services import Mode
from benchmarks.engine.spread import spread

_WARM_UP = 20


async def main(mode: Mode, jobs: int) -> None:
    async with laboratory(mode) as lab, lab.catalog(), lab.workers(1, slots=100):
        seen = events(lab.log, await lab.log.last_sequence())
        milliseconds = []
        for _ in range(_WARM_UP + jobs):
            began = time.perf_counter()
            await next_of(seen, await submit(lab.log))
            milliseconds.append((time.perf_counter() - began) * 1000)
    print(machine.in_words(machine.describe()), end="\n\n")
    row = [f"submit to completed, {jobs:,} jobs, {mode}", *spread(milliseconds[_WARM_UP:])]
    print(table(["idle", "p50 ms", "p99 ms", "max ms"], [row]))


if __name__ == "__main__":
    given = options("Send jobs one by one through the idle engine.", jobs=10_000)
    uvloop.run(main(given.mode, given.jobs))
