"""Who a worker is: the name it signs its attempts with, and the service whose events it may append."""

import os
import socket
from dataclasses import dataclass, field

from kinolog.common.clock import Clock, system_clock
from kinolog.common.ids import new_id
from kinolog.common.log.port import Origin


@dataclass(frozen=True, slots=True)
class Identity:
    """One process of one service. `worker_id` is new at every start, so a restarted worker is another one."""

    service: str
    queue: str
    worker_id: str = field(default_factory=lambda: new_id("wrk"))
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    clock: Clock = system_clock

    @property
    def actor(self) -> str:
        return f"worker:{self.worker_id}"

    def origin(self, correlation_id: str) -> Origin:
        return Origin(source=self.service, actor=self.actor, correlation_id=correlation_id)
