"""Who a worker is: the name it signs its attempts with, and the service whose events it may append."""

import os
import socket
from dataclasses import dataclass, field

from kinolog.common.clock import Clock, system_clock
from kinolog.common.ids import new_id
from kinolog.common.log.port import Origin


@dataclass(frozen=True, slots=True)
class Identity:
    """One process of one service. `worker_id` is new at every start, so a restarted worker is another one.

    `gpu_queue` is served besides `queue`, and first, once a GPU was found here.
    """

    service: str
    queue: str
    worker_id: str = field(default_factory=lambda: new_id("wrk"))
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    clock: Clock = system_clock
    gpu_queue: str | None = None

    @property
    def queues(self) -> tuple[str, ...]:
        """All that this worker may ever serve, the first one first."""
        return (self.queue,) if self.gpu_queue is None else (self.gpu_queue, self.queue)

    @property
    def actor(self) -> str:
        return f"worker:{self.worker_id}"

    def origin(self, correlation_id: str) -> Origin:
        return Origin(source=self.service, actor=self.actor, correlation_id=correlation_id)
