"""Queues in the order in which a machine prefers them, and which of them it may take from at all."""

import asyncio
from dataclasses import dataclass, field

from kinolog.common.aggregates import SETTING
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.controls import queue_setting
from kinolog.common.events.setting import SettingChanged
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import ORIGIN, submitted
from kinolog.common.worker.control import Controls
from kinolog.common.worker.equipment import Equipment
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.memory import MemoryDelivery, MemoryQueue
from kinolog.common.worker.preference import PreferenceQueue

GPU, PLAIN = "render-gpu", "render"
HERE = Identity("render", PLAIN, gpu_queue=GPU)


@dataclass
class MemoryCourse:
    """See `Course`. `has_come` is the hint; `waits` counts how often somebody waited for it."""

    queue: MemoryQueue
    has_come: asyncio.Event = field(default_factory=asyncio.Event)
    waits: int = 0

    async def look(self, most: int) -> list[MemoryDelivery]:
        looked = asyncio.Event()
        taking = asyncio.ensure_future(self.queue.take(most, looked))
        await asyncio.sleep(0)
        looked.set()
        return await taking

    async def wait(self, stopping: asyncio.Event) -> None:
        self.waits += 1
        await self.has_come.wait()
        self.has_come.clear()


class Machine:
    def __init__(self, *may_take: str) -> None:
        self.log = MemoryLog()
        self.may_take = set(may_take)
        self.courses = {name: MemoryCourse(MemoryQueue(self.log, name, 30.0)) for name in (GPU, PLAIN)}
        self.queue = PreferenceQueue(self.courses, lambda queue: queue in self.may_take)

    async def taken(self, most: int) -> list[str]:
        return [delivery.job_id for delivery in await self.queue.take(most, asyncio.Event())]


async def test_those_who_ask_for_a_gpu_go_first() -> None:
    machine = Machine(GPU, PLAIN)
    plain = await submitted(machine.log, queue=PLAIN, priority=10)
    low = await submitted(machine.log, queue=GPU)
    high = await submitted(machine.log, queue=GPU, priority=5)
    assert ([high, low], [plain]) == (await machine.taken(5), await machine.taken(5))


async def test_without_a_gpu_those_who_ask_for_one_wait() -> None:
    machine = Machine(PLAIN)
    await submitted(machine.log, queue=GPU)
    plain = await submitted(machine.log, queue=PLAIN)
    assert [plain] == await machine.taken(5)


async def test_a_hint_of_either_queue_ends_the_wait() -> None:
    machine = Machine(GPU, PLAIN)
    taking = asyncio.ensure_future(machine.taken(1))
    await eventually(lambda: machine.courses[PLAIN].waits)
    plain = await submitted(machine.log, queue=PLAIN)
    machine.courses[PLAIN].has_come.set()
    assert [plain] == await taking


async def test_what_is_taken_from_a_queue_that_closes_meanwhile_is_handed_back() -> None:
    machine = Machine(GPU, PLAIN)
    job = await submitted(machine.log, queue=GPU)
    asked: list[str] = []

    def closes_at_the_second_look(queue: str) -> bool:
        asked.append(queue)
        return asked.count(GPU) != 2

    machine.queue = PreferenceQueue({GPU: machine.courses[GPU]}, closes_at_the_second_look)
    machine.courses[GPU].has_come.set()
    assert [job] == await machine.taken(1)
    assert asked.count(GPU) > 2


async def test_a_machine_that_is_told_to_stop_takes_nothing() -> None:
    machine, stopping = Machine(), asyncio.Event()
    taking = asyncio.ensure_future(machine.queue.take(1, stopping))
    stopping.set()
    assert () == await taking


async def test_a_paused_queue_leaves_the_other_open() -> None:
    log = MemoryLog()
    controls = Controls(log, HERE, 15.0)
    loaded = await load(log, SETTING, setting_id(queue_setting(GPU)))
    changed = SettingChanged(name=queue_setting(GPU), value={"is_paused": True})
    await log.append(loaded.changes(changed), ORIGIN)
    await controls.look()
    assert (True, False, True) == (controls.is_open, controls.may_take(GPU), controls.may_take(PLAIN))


async def found(*gpu: str, wish: str = "auto") -> tuple[str, ...]:
    async def find() -> tuple[str, ...]:
        return gpu

    equipment = Equipment()
    async with equipment.looked_for(find, wish):
        await equipment.changed.wait()
    return equipment.queues_of(HERE)


async def test_the_queue_of_gpus_is_served_where_there_is_one_or_as_somebody_decides() -> None:
    assert (GPU, PLAIN) == await found("h264_nvenc")
    assert (PLAIN,) == await found()
    assert (PLAIN,) == await found("h264_nvenc", wish="never")
    assert (GPU, PLAIN) == await found(wish="always")
