"""The machines that work, put together from what their workers tell of themselves."""

from collections.abc import Iterable
from itertools import groupby
from typing import Literal

from pydantic import BaseModel

from kinolog.common.worker.progress import Presence


class MachineWorker(BaseModel):
    """`queues` in the order in which they are served; `running` counts jobs."""

    id: str
    service: str
    queues: tuple[str, ...]
    slots: int
    running: int


class Machine(BaseModel):
    """`gpu` is what was proved to work of its graphics hardware: encoders, decoders, and CUDA for speech."""

    host: str
    cpu_count: int | None
    gpu: tuple[str, ...]
    workers: tuple[MachineWorker, ...]


class SystemView(BaseModel):
    object: Literal["system"] = "system"
    version: str
    machines: tuple[Machine, ...]


def machines_of(workers: Iterable[Presence]) -> tuple[Machine, ...]:
    """By name, and their workers by service."""
    ordered = sorted(workers, key=lambda worker: (worker.host, worker.service, worker.id))
    return tuple(_machine(host, list(group)) for host, group in groupby(ordered, key=lambda worker: worker.host))


def _machine(host: str, workers: list[Presence]) -> Machine:
    return Machine(
        host=host,
        cpu_count=max((worker.cpu_count for worker in workers if worker.cpu_count), default=None),
        gpu=tuple(dict.fromkeys(name for worker in workers for name in worker.gpu)),
        workers=tuple(
            MachineWorker(
                id=worker.id,
                service=worker.service,
                queues=worker.queues or (worker.queue,),
                slots=worker.slots,
                running=len(worker.running),
            )
            for worker in workers
        ),
    )
