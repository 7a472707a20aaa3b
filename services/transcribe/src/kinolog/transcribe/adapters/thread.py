"""Work in a thread that can be told to stop, and that tells how far it is.

Nothing can end a Python thread from outside, so it looks up at every report it makes.
"""

import asyncio
import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar, Unpack

import structlog

from kinolog.transcribe.domain.transcript import Measures, Report

T = TypeVar("T")

_REPORT_INTERVAL_SECONDS: Final = 0.1
_LOCK_POLL_SECONDS: Final = 0.1

_logger: Final = structlog.get_logger(__name__)


class Stopped(Exception):
    """Nobody waits for this thread's result any more."""


class Caller:
    """Who waits for a thread: it can be asked whether it still does, and told how far the work is."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._gone = threading.Event()
        self._last: tuple[str, float] = ("", 0.0)

    def leave(self) -> None:
        self._gone.set()

    def check(self) -> None:
        """Raises Stopped when the caller has left."""
        if self._gone.is_set():
            raise Stopped

    def tell(self, phase: str, percent: float | None = None, **more: Unpack[Measures]) -> None:
        """Report, but not too often between the beginning and the end of a phase. Raises Stopped as `check` does."""
        self.check()
        now = time.monotonic()
        if percent != 100 and self._last[0] == phase and now - self._last[1] < _REPORT_INTERVAL_SECONDS:
            return
        self._last = (phase, now)
        self._loop.call_soon_threadsafe(functools.partial(self._report, phase, percent, **more))

    @contextmanager
    def holding(self, lock: threading.Lock) -> Iterator[None]:
        """Wait for a lock as long as the caller waits for us."""
        while not lock.acquire(timeout=_LOCK_POLL_SECONDS):
            self.check()
        try:
            yield
        finally:
            lock.release()


async def in_thread(work: Callable[[Caller], T], report: Report, *, grace_seconds: float) -> T:
    """The work's result. When cancelled, this waits at most `grace_seconds` for the thread to notice."""
    caller = Caller(report)
    running = asyncio.ensure_future(asyncio.to_thread(work, caller))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        caller.leave()
        running.add_done_callback(_note_end)
        await asyncio.wait({running}, timeout=grace_seconds)
        raise


def _note_end(running: "asyncio.Future[T]") -> None:
    error = None if running.cancelled() else running.exception()
    if error is not None and not isinstance(error, Stopped):
        _logger.warning("A stopped thread raised", error=repr(error))
