"""Progress of a running job: a named phase, how far it is, how fast it goes. Lossy by nature, never in the log."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`percent` runs from 0 to 100; `speed` is seconds of media per second of work; `frame` counts those made.

    `done_bytes` of `total_bytes` have been moved, at `bytes_per_second`, where moving bytes is the work.
    """

    phase: str
    percent: float | None = None
    speed: float | None = None
    eta_seconds: float | None = None
    frame: int | None = None
    done_bytes: int | None = None
    total_bytes: int | None = None
    bytes_per_second: float | None = None


class Heartbeat(BaseModel):
    """What `progress.<job_id>` carries: the sign of life of an attempt, with its last progress."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    attempt: int
    worker: str
    at: datetime
    phase: str
    percent: float | None = None
    speed: float | None = None
    eta_seconds: float | None = None
    frame: int | None = None
    done_bytes: int | None = None
    total_bytes: int | None = None
    bytes_per_second: float | None = None


class Presence(BaseModel):
    """What `progress.worker.<id>` carries: a worker that is alive, what it can do, and the jobs it runs.

    `queues` are all that it takes jobs from, the first one first; `gpu` is what was proved to work of its GPU.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    service: str
    queue: str
    queues: tuple[str, ...] = ()
    gpu: tuple[str, ...] = ()
    host: str
    pid: int
    slots: int
    job_types: tuple[str, ...] = ()
    cpu_count: int | None = None
    running: tuple[str, ...] = ()
    is_draining: bool = False
    started_at: datetime
    at: datetime

    def serves(self, queue: str) -> bool:
        return queue in (self.queues or (self.queue,))
