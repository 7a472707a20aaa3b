"""A process that may be killed or stopped at any await: a task, and the link through which all it does must go.

A killed process is cut off first and cancelled then, so whatever its code does on the way out has no effect.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from simulation.weather import Weather

# How long what is dead may lie about.
_BURIAL_SECONDS: Final = 0.2


class Link:
    """Between one process and everything else. `fuse` is how many crossings are left until it is killed by one."""

    def __init__(self, weather: Weather, fuse: int | None = None) -> None:
        self.weather = weather
        self.fuse = fuse
        self.is_cut = False
        self._runs = asyncio.Event()
        self._runs.set()

    async def cross(self) -> None:
        """One way, there or back: it takes time, for ever while the process is stopped, and may be the end of it."""
        self._burn()
        await asyncio.sleep(self.weather.delay_seconds())
        await self._runs.wait()
        if self.is_cut:
            raise asyncio.CancelledError

    def freeze(self) -> None:
        self._runs.clear()

    def thaw(self) -> None:
        self._runs.set()

    def _burn(self) -> None:
        if self.fuse is not None and not self.weather.is_calm:
            self.fuse -= 1
            self.is_cut = self.is_cut or self.fuse <= 0


class Process:
    """`died_of` is what ended it although nobody killed it: a fault of its own code."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.died_of: BaseException | None = None
        self._task: asyncio.Task[Any] | None = None

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        self._task = asyncio.create_task(work)

    async def ended(self) -> None:
        """Wait for its end. A process that was cut off in the middle of something is taken out of the world."""
        assert self._task is not None
        while not self._task.done():
            await asyncio.wait([self._task], timeout=_BURIAL_SECONDS)
            if self.link.is_cut:
                self._task.cancel()
        error = None if self._task.cancelled() else self._task.exception()
        self.died_of = None if self.link.is_cut else error

    def kill(self) -> None:
        self.link.is_cut = True
        self.link.thaw()

    async def pause(self, seconds: float) -> None:
        """As SIGSTOP and then SIGCONT do: it does not know how much time has passed."""
        self.link.freeze()
        await asyncio.sleep(seconds)
        self.link.thaw()
