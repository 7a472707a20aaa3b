"""Starting the services on a short log and on a long one: from the start of the process until it answers."""

import statistics
import time
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import uvloop

from benchmarks.engine import machine
from benchmarks.engine.lab import Lab, laboratory, options
from benchmarks.engine.report import table
from benchmarks.engine.services import Mode

_SERVICES = ("catalog", "render", "gateway")


async def main(mode: Mode, few: int, many: int, times: int) -> None:
    columns = {}
    async with laboratory(mode) as lab:
        for length in (few, many):
            await lab.fill(length - await lab.log.last_sequence())
            async with lab.catalog():
                pass  # It has seen the log before: what is measured is the start at its checkpoint.
            columns[length] = [await _median(lab, name, times) for name in _SERVICES]
    print(machine.in_words(machine.describe()), end="\n\n")
    rows = [
        [name, f"{short:.2f}", f"{long:.2f}", f"{long / short:.2f}"]
        for name, short, long in zip(_SERVICES, columns[few], columns[many], strict=True)
    ]
    head = [f"seconds until it answers, {mode}", *(f"{length:,} events" for length in columns), "ratio"]
    print(table(head, rows))


async def _median(lab: Lab, name: str, times: int) -> float:
    return statistics.median([await _seconds(lab, name) for _ in range(times)])


async def _seconds(lab: Lab, name: str) -> float:
    """A gateway is ready only where there is a catalog."""
    async with AsyncExitStack() as stack:
        if name == "gateway":
            await stack.enter_async_context(lab.catalog())
        began = time.perf_counter()
        await stack.enter_async_context(_start(lab, name))
        return time.perf_counter() - began


def _start(lab: Lab, name: str) -> AbstractAsyncContextManager[object]:
    match name:
        case "catalog":
            return lab.catalog()
        case "gateway":
            return lab.gateway()
        case _:
            return lab.service(name)


if __name__ == "__main__":
    given = options("Start services on logs of different length.", few=1_000, many=100_000, times=3)
    uvloop.run(main(given.mode, given.few, given.many, given.times))
