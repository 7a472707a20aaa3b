"""A part of the platform that must keep running: whenever it ends, it is started again, a little later each time."""

import asyncio
import signal
import time
from contextlib import suppress
from dataclasses import dataclass

from kinolog.cli.log_lines import Log
from kinolog.cli.process import Command, Process


@dataclass(slots=True)
class Backoff:
    """Doubles from `first_seconds` to `most_seconds`; a long enough life starts it over."""

    first_seconds: float
    most_seconds: float
    reset_seconds: float
    failures: int = 0

    def after(self, alive_seconds: float) -> float:
        """How long to wait after a life of that length, in seconds."""
        if alive_seconds >= self.reset_seconds:
            self.failures = 0
        delay = min(self.first_seconds * 2.0 ** min(self.failures, 32), self.most_seconds)
        self.failures += 1
        return delay


class Child:
    """Keeps one command running from `run()` until `terminate()` or `kill()`."""

    def __init__(self, command: Command, backoff: Backoff, log: Log, line_limit_bytes: int) -> None:
        self.name = command.name
        self.deaths = 0
        self._command = command
        self._backoff = backoff
        self._log = log
        self._line_limit_bytes = line_limit_bytes
        self._process: Process | None = None
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process that runs at the moment."""
        return self._process.pid if self._process else None

    async def run(self) -> None:
        try:
            while not self._stopping.is_set():
                began = time.monotonic()
                ending = await self._live()
                if not self._stopping.is_set():
                    await self._mourn(ending, time.monotonic() - began)
        finally:
            self.kill()
            self._ended.set()

    async def _live(self) -> str:
        """Run the command once; the answer says how it ended."""
        try:
            self._process = await Process.start(self._command, self._log, self._line_limit_bytes)
        except OSError as error:
            return f"could not be started: {error}"
        if self._stopping.is_set():
            self._process.terminate()
        status = await self._process.wait()
        self._process = None
        return _describe(status)

    async def _mourn(self, ending: str, alive_seconds: float) -> None:
        self.deaths += 1
        delay = self._backoff.after(alive_seconds)
        self._log(self.name, f"{ending}; starting again in {delay:g} s")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay)

    def restart(self) -> None:
        """End what runs now as a crash would: it is started again like after any."""
        if self._process:
            self._process.kill()

    def terminate(self) -> None:
        """Ask it to stop for good."""
        self._stopping.set()
        if self._process:
            self._process.terminate()

    def kill(self) -> None:
        """End it for good, helpers included."""
        self._stopping.set()
        if self._process:
            self._process.kill()

    async def ended(self) -> None:
        await self._ended.wait()


def _describe(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"
