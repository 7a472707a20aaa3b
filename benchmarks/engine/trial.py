"""One trial: one peer, in one mode, on a fresh service. It stores its jobs, then one worker runs them, then it idles.

CPU is that of the service and of the companions from the first submission on, and of the worker from its first job on:
what starting costs is left out, and so are the producer and the watcher.
"""

import asyncio
import json
import statistics
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from operator import sub
from pathlib import Path
from typing import Any, Final

from benchmarks.engine.installation import scratch_folder, settings
from benchmarks.engine.process import Process, asked, running
from benchmarks.engine.roster import Peer
from benchmarks.engine.services import Mode, Service, serving
from benchmarks.engine.spread import percentile
from benchmarks.engine.usage import cpu_seconds, resident_mib

SLOTS: Final = 100
_WHO: Final = ("worker", "service", "companions")
_FIRST_JOB_POLL_SECONDS: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many jobs are drained, and how many are sent one by one afterwards."""

    jobs: int
    trips: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`followed_per_second` counts until the projection has caught up as well, where a peer has one.

    `cpu_ms` is the CPU time of a job in milliseconds, by who used it: worker, service, companions.
    """

    enqueue_per_second: float
    drain_per_second: float
    followed_per_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_ms: dict[str, float]
    worker_mib: float

    @property
    def cpu_ms_per_job(self) -> float:
        return sum(self.cpu_ms.values())


async def run_trial(peer: Peer, mode: Mode, load: Load) -> Figures:
    """Raises Missing for a peer that cannot run here, Broken for one that fails."""
    with scratch_folder() as folder, serving(peer.service, mode, folder) as service:
        crew = _Crew(peer, service, folder)
        await crew.ask("prepare")
        async with crew.companions() as companions:
            return await _Trial(crew, load, service.pid, tuple(each.pid for each in companions)).figures()


class _Crew:
    """Starts the peer's processes."""

    def __init__(self, peer: Peer, service: Service, folder: Path) -> None:
        self._peer = peer
        self._command = peer.command()
        self.folder = folder
        self._environment: Mapping[str, str] = {
            **settings(folder),
            **service.environment,
            **peer.variables(),
            "BENCH_URL": service.url,
            "BENCH_SLOTS": str(SLOTS),
        }

    async def ask(self, *command: str) -> dict[str, Any]:
        return await asked([*self._command, *command], self._environment, self.folder)

    @asynccontextmanager
    async def start(self, *command: str) -> AsyncIterator[Process]:
        async with running([*self._command, *command], self._environment, self.folder) as process:
            yield process

    @asynccontextmanager
    async def companions(self) -> AsyncIterator[list[Process]]:
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(running([sys.executable, "-m", module], self._environment, self.folder))
                for module in self._peer.companions
            ]


class _Trial:
    def __init__(self, crew: _Crew, load: Load, service: int, companions: tuple[int, ...]) -> None:
        self._crew = crew
        self._load = load
        self._service = service
        self._companions = companions

    async def figures(self) -> Figures:
        await self._crew.ask("ready")
        beside_before = self._cpu()
        enqueue = await self._crew.ask("enqueue", str(self._load.jobs))
        async with self._crew.start("watch", str(self._load.jobs)) as watcher:
            await watcher.answer()
            async with self._crew.start("work") as worker:
                began, worker_cpu = await worker.or_its_end(self._first_job(worker))
                ended = (await worker.or_its_end(watcher.answer()))["ended_at"]
                followed = (await worker.or_its_end(watcher.answer()))["followed_at"]
                used = [cpu_seconds(worker.pid) - worker_cpu, *map(sub, self._cpu(), beside_before)]
                worker_mib = resident_mib(worker.pid)
                trips = (await self._crew.ask("trips", str(self._load.trips)))["milliseconds"]
        jobs = self._load.jobs
        return Figures(
            enqueue_per_second=jobs / enqueue["seconds"],
            drain_per_second=jobs / (ended - began),
            followed_per_second=jobs / (followed - began),
            p50_ms=statistics.median(trips),
            p99_ms=percentile(trips, 99),
            max_ms=max(trips),
            cpu_ms={who: seconds / jobs * 1000 for who, seconds in zip(_WHO, used, strict=True)},
            worker_mib=worker_mib,
        )

    def _cpu(self) -> tuple[float, float]:
        """Seconds that the service and the companions have used so far."""
        return cpu_seconds(self._service), sum(map(cpu_seconds, self._companions))

    async def _first_job(self, worker: Process) -> tuple[float, float]:
        """When the first job began, and the CPU seconds that the worker had used by then."""
        note = self._crew.folder / "first-job"
        while not (note.exists() and (text := note.read_text())):
            await asyncio.sleep(_FIRST_JOB_POLL_SECONDS)
        return json.loads(text), cpu_seconds(worker.pid)
