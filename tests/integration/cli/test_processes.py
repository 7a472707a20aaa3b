"""Processes as the supervisor runs them: real programs that talk, die, ignore signals and leave helpers behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kinolog.cli.child import Backoff, Child
from kinolog.cli.process import Command, Process
from kinolog.common.testing import eventually

Lines = list[str]


def python(code: str, folder: Path) -> Command:
    return Command(name="part", arguments=(sys.executable, "-c", code), environment=os.environ, folder=folder)


@asynccontextmanager
async def kept_running(command: Command, lines: Lines) -> AsyncIterator[Child]:
    backoff = Backoff(first_seconds=0.01, most_seconds=0.01, reset_seconds=30)
    child = Child(command, backoff, lambda _, line: lines.append(line), line_limit_bytes=1_000)
    task = asyncio.create_task(child.run())
    try:
        yield child
    finally:
        child.kill()
        await task


def is_alive(pid: int) -> bool:
    """A zombie that nobody has reaped yet counts as dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_output_of_both_kinds_arrives_line_by_line(tmp_path: Path) -> None:
    lines: Lines = []
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr, flush=True); print('end', end='')"

    process = await Process.start(python(code, tmp_path), lambda _, line: lines.append(line), 1_000)

    assert 0 == await process.wait()
    assert ["out", "err", "end"] == lines


async def test_a_part_that_dies_is_started_again(tmp_path: Path) -> None:
    lines: Lines = []
    async with kept_running(python("print('hello', flush=True); raise SystemExit(3)", tmp_path), lines) as child:
        await eventually(lambda: child.deaths >= 2)

    assert ["hello", "ended with exit status 3; starting again in 0.01 s", "hello"] == lines[:3]


async def test_a_killed_part_runs_again_as_another_process(tmp_path: Path) -> None:
    lines: Lines = []
    async with kept_running(python("import time; time.sleep(60)", tmp_path), lines) as child:
        first = await eventually(lambda: child.pid) or 0
        os.kill(first, signal.SIGKILL)

        assert await eventually(lambda: child.pid not in (None, first))

    assert "was ended by SIGKILL; starting again in 0.01 s" == lines[0]


async def test_a_program_that_does_not_exist_says_so(tmp_path: Path) -> None:
    lines: Lines = []
    command = Command(name="part", arguments=("/does/not/exist",), environment={}, folder=tmp_path)
    async with kept_running(command, lines) as child:
        await eventually(lambda: child.deaths)

    assert ["cannot start /does/not/exist: No such file or directory"] == lines[:1]


async def test_a_part_without_its_folder_is_tried_again_and_again(tmp_path: Path) -> None:
    lines: Lines = []
    async with kept_running(python("", tmp_path / "gone"), lines) as child:
        await eventually(lambda: child.deaths >= 2)

    assert lines[0].startswith("could not be started: ")


async def test_a_terminated_part_stays_down(tmp_path: Path) -> None:
    lines: Lines = []
    async with kept_running(python("import time; time.sleep(60)", tmp_path), lines) as child:
        await eventually(lambda: child.pid)
        child.terminate()
        await asyncio.wait_for(child.ended(), 10)

    assert (0, []) == (child.deaths, lines)


async def test_helpers_that_a_dead_part_left_behind_are_killed(tmp_path: Path) -> None:
    lines: Lines = []
    code = "import subprocess, os; print(subprocess.Popen(['sleep', '60']).pid, flush=True); os._exit(1)"

    process = await Process.start(python(code, tmp_path), lambda _, line: lines.append(line), 1_000)
    await process.wait()

    assert await eventually(lambda: not is_alive(int(lines[0])))


async def test_killing_does_not_ask(tmp_path: Path) -> None:
    lines: Lines = []
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    async with kept_running(python(code, tmp_path), lines) as child:
        await eventually(lambda: lines)
        child.terminate()
        child.kill()

        await asyncio.wait_for(child.ended(), 10)


async def test_a_part_dies_with_its_supervisor(tmp_path: Path) -> None:
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUPERVISOR, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout
    pid = int(await supervisor.stdout.readline())

    supervisor.kill()
    await supervisor.wait()

    assert await eventually(lambda: not is_alive(pid))


SUPERVISOR = """
import asyncio, os, sys
from pathlib import Path
from kinolog.cli.process import Command, Process

async def main():
    running = ("sh", "-c", "echo $$; exec sleep 60")
    command = Command(name="part", arguments=running, environment=os.environ, folder=Path(sys.argv[1]))
    process = await Process.start(command, lambda _, line: print(line, flush=True), 1000)
    await process.wait()

asyncio.run(main())
"""
