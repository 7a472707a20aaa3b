"""Whether a worker may take jobs: people pause its queue, or have it drained, while it runs."""

import asyncio
from typing import Final

import structlog
from pydantic import ValidationError

from kinolog.common.controls import QueueControl, WorkerControl, queue_setting, read_control, worker_setting
from kinolog.common.errors import LogError
from kinolog.common.log import EventLog
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.wait import wait_for_any

# A hint overtakes the event that it is of.
_HINT_LOOKS: Final = 5
_HINT_PAUSE_SECONDS: Final = 0.05

_logger: Final = structlog.get_logger(__name__)


class Controls:
    """Looked up at the start, when something hints at a change, and every so often. What is unknown stays as it was."""

    def __init__(self, log: EventLog, identity: Identity, poll_seconds: float) -> None:
        self._log = log
        self._identity = identity
        self._poll_seconds = poll_seconds
        self._hinted = asyncio.Event()
        self._open = asyncio.Event()
        self.changed = asyncio.Event()
        self.is_draining = False
        self._open.set()

    @property
    def is_open(self) -> bool:
        return self._open.is_set()

    def hint(self) -> None:
        self._hinted.set()

    async def wait_until_open(self, stopping: asyncio.Event) -> None:
        await wait_for_any(self._open, stopping)

    async def run(self) -> None:
        """Follow the settings, for ever."""
        while True:
            self._hinted.clear()
            await self.look()
            await wait_for_any(self._hinted, seconds=self._poll_seconds)
            if self._hinted.is_set():
                await self._look_again_and_again()

    async def look(self) -> None:
        try:
            queue = await read_control(self._log, QueueControl, queue_setting(self._identity.queue))
            worker = await read_control(self._log, WorkerControl, worker_setting(self._identity.worker_id))
        except (LogError, ValidationError) as error:
            _logger.warning("Could not look whether to take jobs", error=str(error))
            return
        self._set(is_open=not (queue.is_paused or worker.is_draining), is_draining=worker.is_draining)

    async def _look_again_and_again(self) -> None:
        for _ in range(_HINT_LOOKS):
            await asyncio.sleep(_HINT_PAUSE_SECONDS)
            await self.look()

    def _set(self, *, is_open: bool, is_draining: bool) -> None:
        if (is_open, is_draining) == (self.is_open, self.is_draining):
            return
        self.is_draining = is_draining
        self._open.set() if is_open else self._open.clear()
        self.changed.set()
        _logger.info("Takes jobs" if is_open else "Takes no jobs for now", is_draining=is_draining)
