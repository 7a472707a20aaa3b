"""One simulation from its plan to what is wrong with its end: faults first, then healing, draining and looking."""

import asyncio
import random
from typing import Final

from simulation.checks import started_between, violations
from simulation.clients import Clients
from simulation.plan import FAULT_SECONDS, Plan
from simulation.ports import LATEST_SECONDS, FaultyLog
from simulation.staff import CONTROL_POLL_SECONDS, Place, Worker, keep_projecting, keep_reaping
from simulation.virtual_time import run_in_virtual_time
from simulation.weather import Weather

from kinolog.common.aggregates import JOB
from kinolog.common.log import load

_LOOK_SECONDS: Final = 2.0
_MOST_LOOKS: Final = 150
_ZOMBIE_SECONDS: Final = 5.0
_STOP_SECONDS: Final = 30.0


def simulate(plan: Plan) -> list[str]:
    """What is wrong at the end, in words; empty when all is well."""
    return run_in_virtual_time(World(plan).run())


class World:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.place = Place(plan, Weather(random.Random(plan.seed), plan.rates, plan.outages))
        self.workers = [Worker(self.place, number) for number in range(len(plan.slots))]
        self.clients = Clients(plan, FaultyLog(self.place.log, self.place.link(), may_mistake_itself=False), self._hint)
        self.wrong: list[str] = []

    async def run(self) -> list[str]:
        services = [asyncio.create_task(work(self.place)) for work in (keep_projecting, keep_reaping)]
        working = [asyncio.create_task(worker.keep_working()) for worker in self.workers]
        await self._suffer()
        await self._heal()
        await self._drain()
        await self._stop(working)
        await self._end(services)
        return [*self.wrong, *await violations(self.place, self.clients)]

    async def _suffer(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.clients.live())
            for strike in self.plan.strikes:
                tasks.create_task(self.workers[strike.worker].suffer(strike))
            await asyncio.sleep(FAULT_SECONDS)
            self.place.weather.is_calm = True

    async def _heal(self) -> None:
        if self.plan.is_paused_at_the_end:
            await self.clients.set_paused("pause-at-the-end", is_paused=True)
            await asyncio.sleep(LATEST_SECONDS + 2 * CONTROL_POLL_SECONDS)
            before = await self.place.log.last_sequence()
            await self.clients.submit_one_more()
            await asyncio.sleep(CONTROL_POLL_SECONDS)
            started = await started_between(self.place.log, before, await self.place.log.last_sequence())
            self.wrong += [f"{subject} although its queue is paused" for subject in started]
        await self.clients.set_paused("resume-at-the-end", is_paused=False)

    async def _drain(self) -> None:
        """Until every job has ended, the projection has followed, and late comers have had their say."""
        for _ in range(_MOST_LOOKS):
            if await self._has_drained():
                break
            await asyncio.sleep(_LOOK_SECONDS)
        await asyncio.sleep(_ZOMBIE_SECONDS)

    async def _has_drained(self) -> bool:
        loaded = [await load(self.place.log, JOB, job_id) for job_id in self.clients.job_ids]
        return all(job.state is None or job.state.status.is_final for job in loaded)

    async def _stop(self, working: list["asyncio.Task[None]"]) -> None:
        self.place.is_closing = True
        for worker in self.workers:
            worker.stop()
        _, still = await asyncio.wait(working, timeout=_STOP_SECONDS)
        for task in still:
            self.wrong.append("a worker does not stop when it is told to")
            task.cancel()

    async def _end(self, services: list["asyncio.Task[None]"]) -> None:
        for service in services:
            service.cancel()
        await asyncio.wait(services)
        for service in services:
            if not service.cancelled():
                service.result()

    def _hint(self, aggregate_id: str, version: int) -> None:
        for worker in self.workers:
            worker.hear(aggregate_id, version)
