"""The processes of a simulation: workers that are started anew when they end, the catalog's projection, its reaper."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from simulation.clients import QUEUE
from simulation.plan import Blow, Plan, Strike
from simulation.ports import FaultyBoard, FaultyLog
from simulation.process import Link, Process
from simulation.queue import DisorderlyQueue, LinkedQueue
from simulation.rows import Disk, MemoryStore
from simulation.toil import Toil
from simulation.virtual_time import virtual_clock
from simulation.weather import Fault, Weather

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.handlers.projection import keep_following
from kinolog.catalog.handlers.reaper import Reaper
from kinolog.common.aggregates import JOB
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import LogCorrupt, LogUnavailable, OutcomeUnknown
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.settings import WorkerSettings
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.memory import MemoryBoard, MemoryDelivery
from kinolog.common.worker.runner import Runner, build_runner

LEASE_SECONDS: Final = 2.0
CONTROL_POLL_SECONDS: Final = 1.0
_AWAY_SECONDS: Final = 0.5
_REAP_SECONDS: Final = 1.0
_UNBREAKABLE: Final[Iterator[int | None]] = iter(())
_BLOBS: Final = BlobStore.open("memory://")
_SETTINGS: Final = WorkerSettings(
    work_dir=Path("/nonexistent/work"),
    lease_seconds=LEASE_SECONDS,
    cancel_poll_seconds=3.0,
    control_poll_seconds=CONTROL_POLL_SECONDS,
    presence_interval_seconds=5.0,
    finish_grace_seconds=1.0,
)


@dataclass
class Place:
    """Where the processes meet: what outlives each of them."""

    plan: Plan
    weather: Weather
    log: MemoryLog = field(default_factory=lambda: MemoryLog(virtual_clock))
    board: MemoryBoard = field(default_factory=MemoryBoard)
    disk: Disk = field(default_factory=Disk)
    deaths: list[str] = field(default_factory=list)
    is_closing: bool = False

    def __post_init__(self) -> None:
        self.queue = DisorderlyQueue(self.log, QUEUE, LEASE_SECONDS, self.weather)
        self.fuses: Iterator[int | None] = iter(self.plan.fuses)
        self.projection_fuses: Iterator[int | None] = iter(self.plan.projection_fuses)

    def link(self, fuses: Iterator[int | None] = _UNBREAKABLE) -> Link:
        return Link(self.weather, next(fuses, None))

    def bury(self, name: str, process: Process) -> None:
        if process.died_of is not None:
            self.deaths.append(f"{name} died of {process.died_of!r}")


class Worker:
    """One place for a worker: whoever ends is followed by another, under another name."""

    def __init__(self, place: Place, number: int) -> None:
        self._place = place
        self._number = number
        self._process = Process(place.link())
        self._stopping = asyncio.Event()
        self.runner: Runner | None = None

    async def keep_working(self) -> None:
        start = 0
        while not self._place.is_closing:
            start += 1
            name = f"wrk_{self._number}_{start}"
            await self._work(name)
            await asyncio.sleep(_AWAY_SECONDS)

    async def _work(self, name: str) -> None:
        self._process, self._stopping = Process(self._place.link(self._place.fuses)), asyncio.Event()
        self.runner = self._build(name, self._process.link)
        self._process.start(self.runner.run(self._stopping))
        await self._process.ended()
        self._place.bury(name, self._process)
        if self._process.link.is_cut:
            await self._lose_deliveries(name)

    def _build(self, name: str, link: Link) -> Runner:
        place = self._place
        identity = Identity(QUEUE, QUEUE, worker_id=name, host="simulated", pid=1, clock=virtual_clock)
        queue, log, board = LinkedQueue(place.queue, link), FaultyLog(place.log, link), FaultyBoard(place.board, link)
        handlers, slots = {"noop": Toil(place.plan.seed)}, place.plan.slots[self._number]
        runner = build_runner(identity, queue, log, board, _BLOBS, handlers, _SETTINGS, slots=slots)
        runner.settlements = replace(runner.settlements, jitter=place.weather.rng.random)
        return runner

    async def _lose_deliveries(self, name: str) -> None:
        """The queue may forget what the dead worker held, and nobody else."""
        for job_id in await self._place.disk.running_jobs():
            job = (await load(self._place.log, JOB, job_id)).require()
            delivery = self._place.queue.waiting.get(job.queued_sequence)
            if job.worker == name and delivery is not None and delivery.deliveries == 1:
                await self._lose(delivery)

    async def _lose(self, delivery: MemoryDelivery) -> None:
        if self._place.weather.strikes(Fault.DELIVERY_FORGOTTEN):
            await delivery.ack()

    async def suffer(self, strike: Strike) -> None:
        await asyncio.sleep(strike.at)
        match strike.blow:
            case Blow.KILL:
                self._process.kill()
            case Blow.FREEZE:
                await self._process.pause(strike.seconds)
            case Blow.STOP:
                self.stop()

    def stop(self) -> None:
        self._stopping.set()

    def hear(self, aggregate_id: str, version: int) -> None:
        """A hint that a job is to be cancelled, or that a setting changes."""
        if self.runner is None or self._place.weather.strikes(Fault.HINT_LOST):
            return
        if aggregate_id.startswith(JOB.id_prefix):
            self.runner.keeper.suspect(aggregate_id)
        else:
            self.runner.controls.hint(aggregate_id, version)


async def keep_projecting(place: Place) -> None:
    """A gap stops the projection; whoever looks after it starts it anew."""
    while True:
        process = Process(place.link(place.projection_fuses))
        log, store = FaultyLog(place.log, process.link), MemoryStore(place.disk, process.link)
        process.start(keep_following(log, store, Applied(), retry_seconds=0.5, check_seconds=5.0))
        await process.ended()
        if not isinstance(process.died_of, LogCorrupt):
            place.bury("the projection", process)
        await asyncio.sleep(_AWAY_SECONDS)


async def keep_reaping(place: Place) -> None:
    link = place.link()
    reaper = Reaper(FaultyLog(place.log, link), FaultyBoard(place.board, link), place.disk, virtual_clock)
    while True:
        await asyncio.sleep(_REAP_SECONDS)
        with suppress(LogUnavailable, OutcomeUnknown):
            await reaper.look()
