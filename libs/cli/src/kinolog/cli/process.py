"""One run of one program: in a session of its own, with its output cut into lines, and never outliving us."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.cli.log_lines import LineSplitter, Log

_LAUNCHER: Final = str(Path(__file__).with_name("launch.py"))
_CHUNK_BYTES: Final = 65_536
_LAST_LINES_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run. `dies_by` is the signal it gets from the kernel should the supervisor vanish."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    dies_by: signal.Signals = signal.SIGTERM
    inherited_descriptors: tuple[int, ...] = ()


class Process:
    """A started command. Leading its own session, it takes its helpers with it when killed."""

    def __init__(self, process: asyncio.subprocess.Process, pump: asyncio.Task[None]) -> None:
        self._process = process
        self._pump = pump

    @classmethod
    async def start(cls, command: Command, log: Log, line_limit_bytes: int) -> "Process":
        """Raises OSError when the program cannot be started."""
        # A pipe of our own: asyncio's would make wait() depend on grandchildren that hold it open.
        read_end, write_end = os.pipe()
        try:
            process = await _spawn(command, write_end)
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        pump = asyncio.create_task(_pump(read_end, command.name, log, line_limit_bytes))
        return cls(process, pump)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        """The exit status, negative for a signal. Helpers it left behind are killed."""
        status = await self._process.wait()
        self.kill()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._pump, _LAST_LINES_SECONDS)
        return status

    def terminate(self) -> None:
        """Ask the program, and only it, to stop: how its helpers end is its own business."""
        if self._process.returncode is None:
            self._process.terminate()

    def kill(self) -> None:
        """End the program and all helpers in its session's first group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


async def _spawn(command: Command, output: int) -> asyncio.subprocess.Process:
    launcher = (sys.executable, "-I", "-S", _LAUNCHER, str(os.getpid()), str(int(command.dies_by)))
    return await asyncio.create_subprocess_exec(
        *launcher,
        *command.arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=dict(command.environment),
        cwd=command.folder,
        start_new_session=True,
        pass_fds=command.inherited_descriptors,
    )


async def _pump(descriptor: int, name: str, log: Log, line_limit_bytes: int) -> None:
    reader = asyncio.StreamReader()
    source = os.fdopen(descriptor, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), source
    )
    splitter = LineSplitter(line_limit_bytes)
    try:
        while chunk := await reader.read(_CHUNK_BYTES):
            for line in splitter.feed(chunk):
                log(name, line)
        for line in splitter.finish():
            log(name, line)
    finally:
        transport.close()
