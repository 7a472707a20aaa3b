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

# A hint overtakes the event that it is of: the log is asked again and again.
_HINT_PAUSES_SECONDS: Final = (0.0, 0.01, 0.02, 0.05, 0.1)

_logger: Final = structlog.get_logger(__name__)


class Controls:
    """Looked up at the start, when something hints at a change, and every so often. What is unknown stays as it was.

    From a hint until the log has told, nothing is taken: no job that is submitted after a confirmed pause starts.
    """

    def __init__(self, log: EventLog, identity: Identity, poll_seconds: float) -> None:
        self._log = log
        self._identity = identity
        self._poll_seconds = poll_seconds
        self._hinted = asyncio.Event()
        self._open = asyncio.Event()
        self.changed = asyncio.Event()
        self.is_draining = False
        self._is_closed = self._is_unsure = False
        self._open.set()

    @property
    def is_open(self) -> bool:
        return self._open.is_set()

    def hint(self) -> None:
        self._is_unsure = True
        self._open.clear()
        self._hinted.set()

    async def wait_until_open(self, stopping: asyncio.Event) -> None:
        await wait_for_any(self._open, stopping)

    async def run(self) -> None:
        """Follow the settings, for ever."""
        while True:
            self._hinted.clear()
            for pause in _HINT_PAUSES_SECONDS if self._is_unsure else (0.0,):
                await asyncio.sleep(pause)
                await self.look()
            self._make_sure()
            await wait_for_any(self._hinted, seconds=self._poll_seconds)

    async def look(self) -> None:
        try:
            queue = await read_control(self._log, QueueControl, queue_setting(self._identity.queue))
            worker = await read_control(self._log, WorkerControl, worker_setting(self._identity.worker_id))
        except (LogError, ValidationError) as error:
            _logger.warning("Could not look whether to take jobs", error=str(error))
            return
        self._learn(is_closed=queue.is_paused or worker.is_draining, is_draining=worker.is_draining)

    def _learn(self, *, is_closed: bool, is_draining: bool) -> None:
        if (is_closed, is_draining) == (self._is_closed, self.is_draining):
            return
        self._is_closed, self.is_draining = is_closed, is_draining
        self._make_sure()
        self.changed.set()
        _logger.info("Takes no jobs for now" if is_closed else "Takes jobs", is_draining=is_draining)

    def _make_sure(self) -> None:
        """The log has told, or had nothing to tell; unless another hint has come meanwhile."""
        self._is_unsure = self._hinted.is_set()
        if self._is_closed or self._is_unsure:
            self._open.clear()
        else:
            self._open.set()
