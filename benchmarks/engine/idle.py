"""The idle platform: what `kinolog up` costs while nobody asks for anything, beside a nats-server alone."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import uvloop

from benchmarks.engine import machine
from benchmarks.engine.installation import scratch_folder
from benchmarks.engine.lab import options
from benchmarks.engine.process import running
from benchmarks.engine.report import table
from benchmarks.engine.services import Mode, serving
from benchmarks.engine.usage import cpu_seconds, descendants, program, resident_mib

_SETTLE_SECONDS = 5
_SYNC = {"relaxed": "2m", "strict": "always"}


async def main(mode: Mode, seconds: int) -> None:
    with scratch_folder() as folder:
        alone = await _server_alone(mode, folder, seconds)
        platform = await _platform(mode, folder, seconds)
    print(machine.in_words(machine.describe()), end="\n\n")
    rows = [[name, f"{percent:.2f}", f"{mib:.1f}"] for name, (percent, mib) in {**platform, **alone}.items()]
    print(table([f"idle for {seconds} s, {mode}", "% of a core", "MiB"], rows))


async def _server_alone(mode: Mode, folder: Path, seconds: int) -> dict[str, tuple[float, float]]:
    with serving("nats", mode, folder) as service:
        return await _costs({service.pid: "for comparison: a nats-server alone"}, seconds)


async def _platform(mode: Mode, folder: Path, seconds: int) -> dict[str, tuple[float, float]]:
    """Each process by its name, and the sum of all."""
    command = [sys.executable, "-m", "kinolog.cli", "up"]
    where = {"KINOLOG_DATA_DIR": str(folder / "data"), "KINOLOG_PORT": "0", "KINOLOG_SYNC_INTERVAL": _SYNC[mode]}
    async with running(command, where, folder) as platform:
        while not (await platform.line()).startswith("ready"):
            pass
        names = {pid: program(line) for pid, line in descendants(platform.pid).items()}
        costs = await _costs({platform.pid: "kinolog up", **names}, seconds)
    sums = [sum(each) for each in zip(*costs.values(), strict=True)]
    return {**costs, "all of them": (sums[0], sums[1])}


async def _costs(processes: Mapping[int, str], seconds: int) -> dict[str, tuple[float, float]]:
    """Percent of a core over so many seconds, and memory in MiB, of each process by its name."""
    await asyncio.sleep(_SETTLE_SECONDS)
    before = {pid: cpu_seconds(pid, alone=True) for pid in processes}
    await asyncio.sleep(seconds)
    return {
        name: ((cpu_seconds(pid, alone=True) - before[pid]) / seconds * 100, resident_mib(pid, alone=True))
        for pid, name in processes.items()
    }


if __name__ == "__main__":
    given = options("Measure the idle platform.", seconds=20)
    uvloop.run(main(given.mode, given.seconds))
