"""Whether a worker may take jobs: people pause its queues, or have it drained, while it runs."""

import asyncio
from typing import Final

import structlog
from pydantic import ValidationError

from kinolog.common.aggregates.setting import setting_id
from kinolog.common.controls import (
    C,
    QueueControl,
    WorkerControl,
    queue_setting,
    read_versioned_control,
    worker_setting,
)
from kinolog.common.errors import LogError
from kinolog.common.log import EventLog
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.wait import loop_time, wait_for_any

# A hint overtakes the event that it is of: the log is asked again until it tells, or for so long. An event that was
# refused has left a hint, too.
_FIRST_PAUSE_SECONDS: Final = 0.01
_LONGEST_PAUSE_SECONDS: Final = 0.2
_BELIEVED_SECONDS: Final = 5.0

_logger: Final = structlog.get_logger(__name__)


class Controls:
    """Looked up at the start, when something hints at a change, and every so often. What is unknown stays as it was.

    From a hint until the log has told, nothing is taken: no job that is submitted after a confirmed pause starts.
    """

    def __init__(self, log: EventLog, identity: Identity, poll_seconds: float) -> None:
        self._log = log
        self._queues = {queue: queue_setting(queue) for queue in identity.queues}
        self._worker = worker_setting(identity.worker_id)
        self._paused: frozenset[str] = frozenset()
        self._poll_seconds = poll_seconds
        self._hinted = asyncio.Event()
        self._open = asyncio.Event()
        self._known: dict[str, int] = {}
        self._announced: dict[str, int] = {}
        self._believed_until = 0.0
        self._is_closed = False
        self.changed = asyncio.Event()
        self.is_draining = False
        self._open.set()

    @property
    def is_open(self) -> bool:
        """Whether there is a queue that may be taken from."""
        return self._open.is_set()

    def may_take(self, queue: str) -> bool:
        return self.is_open and queue not in self._paused

    def hint(self, setting: str, version: int) -> None:
        """The setting with that id is about to have that version."""
        self._announced[setting] = max(version, self._announced.get(setting, 0))
        self._believed_until = loop_time() + _BELIEVED_SECONDS
        self._decide()
        self._hinted.set()

    async def wait_until_open(self, stopping: asyncio.Event) -> None:
        await wait_for_any(self._open, stopping)

    async def run(self) -> None:
        """Follow the settings, for ever."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            self._hinted.clear()
            await self.look()
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS) if self._is_unsure else _FIRST_PAUSE_SECONDS
            await wait_for_any(self._hinted, seconds=pause if self._is_unsure else self._poll_seconds)

    async def look(self) -> None:
        try:
            known: dict[str, int] = {}
            queues = {queue: await self._read(QueueControl, name, known) for queue, name in self._queues.items()}
            worker = await self._read(WorkerControl, self._worker, known)
        except (LogError, ValidationError) as error:
            _logger.warning("Could not look whether to take jobs", error=str(error))
            return
        self._known = known
        paused = frozenset(queue for queue, control in queues.items() if control.is_paused)
        self._learn(paused, is_draining=worker.is_draining)

    async def _read(self, kind: type[C], name: str, known: dict[str, int]) -> C:
        control, known[setting_id(name)] = await read_versioned_control(self._log, kind, name)
        return control

    @property
    def _is_unsure(self) -> bool:
        """Whether the log has yet to tell what was hinted at."""
        is_behind = any(version > self._known.get(setting, 0) for setting, version in self._announced.items())
        return is_behind and loop_time() < self._believed_until

    def _learn(self, paused: frozenset[str], *, is_draining: bool) -> None:
        is_news = (paused, is_draining) != (self._paused, self.is_draining)
        self._paused, self.is_draining = paused, is_draining
        self._is_closed = is_draining or paused == self._queues.keys()
        self._decide()
        if is_news:
            self.changed.set()
            said = "Takes no jobs for now" if self._is_closed else "Takes jobs"
            _logger.info(said, is_draining=is_draining, paused=sorted(paused))

    def _decide(self) -> None:
        if self._is_closed or self._is_unsure:
            self._open.clear()
        else:
            self._open.set()
