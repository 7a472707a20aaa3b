"""Runs other programs for a job: limited, watched, alone in a process group, and gone when the call returns.

What the program is and means is the adapter's business; here only its life is.
"""

import asyncio
import math
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kinolog.common.errors import ChildFailed, ChildStalled, ChildTimedOut

OnLine = Callable[[str], bool]
"""Gets each line of standard output and tells whether it shows that the child got further."""

_CHUNK_BYTES: Final = 64 * 1024
_LINE_BYTES: Final = 1024 * 1024
_STDERR_TAIL_BYTES: Final = 8 * 1024
# Nobody survives SIGKILL, the kernel only needs a moment; zombies that nobody reaps stay members of a group for ever.
_KILL_SECONDS: Final = 0.2
_POLL_SECONDS: Final = 0.02
_LAUNCHER: Final = str(Path(__file__).with_name("launch.py"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the kernel lets the child have; it is killed, or its calls fail, beyond that."""

    cpu_seconds: int
    memory_bytes: int
    file_bytes: int
    open_files: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A program to run: `argv[0]` is an absolute path. It works in `workdir` and sees no other environment than `env`.

    `stall_seconds` is how long it may go without a line that shows progress; None leaves only the whole time limited.
    """

    argv: tuple[str, ...]
    workdir: Path
    limits: Limits
    timeout_seconds: float
    stall_seconds: float | None = None
    env: Mapping[str, str] = field(default_factory=dict)


def every_line_is_progress(line: str) -> bool:
    return True


async def run_child(child: Child, on_line: OnLine = every_line_is_progress) -> str:
    """Run it to its end and return the last of what it wrote to standard error.

    Raises ChildFailed for any exit code but 0, ChildStalled, ChildTimedOut. However this ends, by cancellation too, no
    process of the child's group is left, since they are killed.
    """
    process = await _spawn(child)
    try:
        stderr_tail = await _attend(process, child, on_line)
    finally:
        await _end_group(process)
    if process.returncode:
        raise ChildFailed(process.returncode, stderr_tail)
    return stderr_tail


async def _spawn(child: Child) -> Process:
    limits = child.limits
    bounds = (os.getpid(), limits.cpu_seconds, limits.memory_bytes, limits.file_bytes, limits.open_files)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", _LAUNCHER, *map(str, bounds), *child.argv),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=child.workdir,
        env=_environment(child),
        start_new_session=True,
    )


def _environment(child: Child) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(child.workdir.absolute()), "LANG": "C.UTF-8", **child.env}


async def _attend(process: Process, child: Child, on_line: OnLine) -> str:
    stderr = _Tail()
    total, stall = asyncio.timeout(child.timeout_seconds), asyncio.timeout(child.stall_seconds)
    try:
        async with total, stall:
            await asyncio.gather(
                _report_lines(process, on_line, lambda: _prolong(stall, child.stall_seconds)),
                stderr.collect(process),
                _end_what_outlives(process),
            )
    except TimeoutError as error:
        if stall.expired():
            raise ChildStalled(child.stall_seconds or 0, stderr.text()) from error
        if total.expired():
            raise ChildTimedOut(child.timeout_seconds, stderr.text()) from error
        raise
    return stderr.text()


def _prolong(stall: asyncio.Timeout, seconds: float | None) -> None:
    if seconds is not None:
        stall.reschedule(asyncio.get_running_loop().time() + seconds)


async def _report_lines(process: Process, on_line: OnLine, prolong: Callable[[], None]) -> None:
    async for line in _lines(process):
        if on_line(line):
            prolong()


async def _lines(process: Process) -> AsyncIterator[str]:
    """Lines of any length, of which only the end is kept beyond a bound."""
    assert process.stdout is not None  # noqa: S101  # spawned with a pipe
    pending = b""
    while chunk := await process.stdout.read(_CHUNK_BYTES):
        *complete, pending = (pending + chunk).split(b"\n")
        pending = pending[-_LINE_BYTES:]
        for line in complete:
            yield line.decode(errors="replace")
    if pending:
        yield pending.decode(errors="replace")


class _Tail:
    """The end of what a child writes to standard error, however much it writes."""

    def __init__(self) -> None:
        self._kept = b""

    async def collect(self, process: Process) -> None:
        assert process.stderr is not None  # noqa: S101  # spawned with a pipe
        while chunk := await process.stderr.read(_CHUNK_BYTES):
            self._kept = (self._kept + chunk)[-_STDERR_TAIL_BYTES:]

    def text(self) -> str:
        return self._kept.decode(errors="replace").strip()


async def _end_what_outlives(process: Process) -> None:
    """A grandchild that holds the pipes open would keep us reading after the child itself is done."""
    await _until(lambda: process.returncode is not None)
    _signal(process.pid, signal.SIGKILL)


async def _end_group(process: Process) -> None:
    """At once and for good: whatever a child that is stopped has half made is thrown away anyway."""
    _signal(process.pid, signal.SIGKILL)
    await _until(lambda: process.returncode is not None)
    await _until(lambda: not _signal(process.pid, 0), _KILL_SECONDS)


async def _until(condition: Callable[[], bool], seconds: float = math.inf) -> None:
    """Polls, since nothing announces that a group is empty, and on Python 3.11 `Process.wait()` is no help either: it
    waits for the pipes to close as well, whoever holds them.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(_POLL_SECONDS)


def _signal(group: int, number: int) -> bool:
    """Signal a process group and tell whether it still has members."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True
