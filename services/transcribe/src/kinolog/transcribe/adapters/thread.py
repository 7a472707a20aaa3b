"""Work in a thread that can be told to stop, and that tells how far it is.

Nothing can end a Python thread from outside, so it looks up at every report it makes.
"""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import Context, copy_context
from functools import partial
from typing import Any, Final, Protocol, TypeVar, Unpack, cast

import structlog

from kinolog.transcribe.domain.transcript import Measures, Report

T = TypeVar("T")

_REPORT_INTERVAL_SECONDS: Final = 0.1
_LOCK_POLL_SECONDS: Final = 0.1
_END: Final = object()

_logger: Final = structlog.get_logger(__name__)


class Stopped(Exception):
    """Nobody waits for this thread's result any more."""


class Acquirable(Protocol):
    """A lock, among threads or wider."""

    def acquire(self, *, timeout: float) -> bool:
        """Whether it could be had in so many seconds."""
        ...

    def release(self) -> None: ...


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
        self._loop.call_soon_threadsafe(partial(self._report, phase, percent, **more))

    @contextmanager
    def holding(self, lock: Acquirable) -> Iterator[None]:
        """Wait for a lock as long as the caller waits for us."""
        while not lock.acquire(timeout=_LOCK_POLL_SECONDS):
            self.check()
        try:
            yield
        finally:
            lock.release()

    def result_of(self, work: Coroutine[Any, Any, T]) -> T:
        """What the caller's event loop makes of this; it is cancelled when the caller leaves. Raises what it raises."""
        running = asyncio.run_coroutine_threadsafe(work, self._loop)
        while not wait([running], timeout=_LOCK_POLL_SECONDS).done:
            if self._gone.is_set():
                running.cancel()
                raise Stopped
        return running.result()


async def steps_in_thread(
    work: Callable[[Caller], Generator[T, None, None]], report: Report, *, grace_seconds: float
) -> AsyncGenerator[T, None]:
    """What the work yields, each step in a thread of its own; it rests while nobody asks for the next one.

    When cancelled, this waits at most `grace_seconds` for the thread to notice. Close it (`aclosing`) to end early.
    """
    caller, loop, context = Caller(report), asyncio.get_running_loop(), copy_context()
    steps = work(caller)
    # One thread for all steps, which takes what the libraries keep for each thread with it when it ends.
    thread = ThreadPoolExecutor(1, "hearing")
    try:
        while (step := await _patiently(loop.run_in_executor(thread, _next_of, steps, context), caller)) is not _END:
            yield cast("T", step)
    finally:
        closing = loop.run_in_executor(thread, steps.close)
        thread.shutdown(wait=False)
        closing.add_done_callback(_note_end)
        await asyncio.wait({closing}, timeout=grace_seconds)


def _next_of(steps: Iterator[object], context: Context) -> object:
    return context.run(next, steps, _END)


async def _patiently(running: "asyncio.Future[object]", caller: Caller) -> object:
    """Tell the thread when nobody waits for it any more, and leave it to notice."""
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        caller.leave()
        running.add_done_callback(_note_end)
        raise


def _note_end(running: "asyncio.Future[Any]") -> None:
    error = None if running.cancelled() else running.exception()
    if error is not None and not isinstance(error, Stopped):
        _logger.warning("A stopped thread raised", error=repr(error))
