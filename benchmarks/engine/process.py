"""Processes of a measurement: each in a group of its own, with its output where one can look afterwards, never left."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from benchmarks.engine.roster import ROOT

_LIMIT_SECONDS: Final = 600.0
_STOP_SECONDS: Final = 10.0
_LINE_BYTES: Final = 2**24
_PATH: Final = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))

T = TypeVar("T")


class Broken(Exception):
    """A process of a measurement ended or stayed silent; the message has the last line that it wrote."""


class Process:
    def __init__(self, name: str, process: asyncio.subprocess.Process, errors: Path) -> None:
        self._name = name
        self._process = process
        self._errors = errors

    @property
    def pid(self) -> int:
        return self._process.pid

    async def answer(self) -> dict[str, Any]:
        """Its next line, of JSON. Raises Broken."""
        answer: dict[str, Any] = json.loads(await self.line())
        return answer

    async def line(self) -> str:
        """Its next line. Raises Broken."""
        assert self._process.stdout is not None  # noqa: S101  # it was started with a pipe
        try:
            async with asyncio.timeout(_LIMIT_SECONDS):
                line = await self._process.stdout.readline()
        except TimeoutError as error:
            raise self._broken(f"was silent for {_LIMIT_SECONDS:g} s") from error
        if not line:
            raise self._broken(f"ended with {await self._process.wait()}")
        return line.decode()

    async def finish(self) -> dict[str, Any]:
        """What it has said when it has ended by itself. Raises Broken."""
        try:
            async with asyncio.timeout(_LIMIT_SECONDS):
                said, _ = await self._process.communicate()
        except TimeoutError as error:
            raise self._broken(f"did not end within {_LIMIT_SECONDS:g} s") from error
        if self._process.returncode != 0:
            raise self._broken(f"ended with {self._process.returncode}")
        return json.loads(said) if said.strip() else {}

    async def or_its_end(self, awaited: Awaitable[T]) -> T:
        """What is awaited. Raises Broken where this process ends first."""
        waiting, ending = asyncio.ensure_future(awaited), asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({waiting, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise self._broken(f"ended with {ending.result()}")
            return waiting.result()
        finally:
            waiting.cancel()
            ending.cancel()

    async def stop(self) -> None:
        """SIGTERM to the process, then SIGKILL to all that is left of its group."""
        with suppress(ProcessLookupError, TimeoutError):
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self._process.wait()

    def _broken(self, what: str) -> Broken:
        lines = self._errors.read_text(errors="replace").split("\n")
        return Broken(f"{self._name} {what}: {next(filter(None, map(str.strip, reversed(lines))), 'it said nothing')}")


@asynccontextmanager
async def running(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> AsyncIterator[Process]:
    """The command, while the block lasts; it runs in the folder and finds this package."""
    errors = folder / "errors.log"
    with errors.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": _PATH, "PYTHONDONTWRITEBYTECODE": "1", **environment},
            start_new_session=True,
            limit=_LINE_BYTES,
        )
    started = Process(" ".join(command[-2:]), process, errors)
    try:
        yield started
    finally:
        await started.stop()


async def asked(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Run the command to its end and return its one line of JSON; nothing for none. Raises Broken."""
    async with running(command, environment, folder) as process:
        return await process.finish()
