"""Telling the board that a worker is alive, what it can do, and what it runs."""

import asyncio
import os
from collections.abc import Sequence
from typing import Final

from kinolog.common.worker.board import Board
from kinolog.common.worker.control import Controls
from kinolog.common.worker.equipment import Equipment
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.progress import Presence
from kinolog.common.worker.wait import wait_for_any

# Short jobs come and go faster than anybody could look.
_LEAST_PAUSE_SECONDS: Final = 0.1


class Announcer:
    def __init__(
        self,
        board: Board,
        identity: Identity,
        controls: Controls,
        *,
        slots: int,
        job_types: Sequence[str],
        interval_seconds: float,
        equipment: Equipment,
    ) -> None:
        self._board = board
        self._identity = identity
        self._controls = controls
        self._slots = slots
        self._job_types = tuple(sorted(job_types))
        self._interval_seconds = interval_seconds
        self._equipment = equipment
        self._started_at = identity.clock()
        self._running: set[str] = set()
        self._is_leaving = False
        self._has_changed = asyncio.Event()

    def begin(self, job_id: str) -> None:
        self._running.add(job_id)
        self._has_changed.set()

    def end(self, job_id: str) -> None:
        self._running.discard(job_id)
        self._has_changed.set()

    def leave(self) -> None:
        self._is_leaving = True
        self._has_changed.set()

    async def run(self) -> None:
        """Announce, for ever: on every change, and every so often."""
        while True:
            self._has_changed.clear()
            self._controls.changed.clear()
            self._equipment.changed.clear()
            await self._board.announce(self._presence())
            await asyncio.sleep(_LEAST_PAUSE_SECONDS)
            changes = (self._has_changed, self._controls.changed, self._equipment.changed)
            await wait_for_any(*changes, seconds=self._interval_seconds)

    def _presence(self) -> Presence:
        identity = self._identity
        return Presence(
            id=identity.worker_id,
            service=identity.service,
            queue=identity.queue,
            queues=self._equipment.queues_of(identity),
            gpu=self._equipment.gpu,
            host=identity.host,
            pid=identity.pid,
            slots=self._slots,
            job_types=self._job_types,
            cpu_count=os.cpu_count() or 1,
            running=tuple(sorted(self._running)),
            is_draining=self._is_leaving or self._controls.is_draining,
            started_at=self._started_at,
            at=identity.clock(),
        )
