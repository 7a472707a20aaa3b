"""Child programs: limited, watched, and gone when the call returns. The children are real, small shells and Pythons."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildFailed, ChildStalled, ChildTimedOut
from kinolog.common.testing import eventually

LIMITS = Limits(cpu_seconds=20, memory_bytes=1 << 30, file_bytes=1 << 20)
FAMILY = """
(trap '' TERM; echo $$ > leader; while :; do sleep 1; done) & echo $! > grandchild
trap '' TERM; wait
"""

MakeChild = Callable[..., Child]


@pytest.fixture
def shell(tmp_path: Path) -> MakeChild:
    def make(script: str, *, stall_seconds: float | None = None, timeout_seconds: float = 10) -> Child:
        return Child(
            argv=("/bin/sh", "-c", script),
            workdir=tmp_path,
            limits=LIMITS,
            timeout_seconds=timeout_seconds,
            stall_seconds=stall_seconds,
        )

    return make


@pytest.fixture
def python(tmp_path: Path) -> MakeChild:
    def make(code: str, limits: Limits = LIMITS) -> Child:
        return Child(argv=(sys.executable, "-c", code), workdir=tmp_path, limits=limits, timeout_seconds=10)

    return make


def is_running(pid_file: Path) -> bool:
    """Zombies have ended; where nobody reaps them they stay in the process table."""
    try:
        state = Path(f"/proc/{pid_file.read_text().strip()}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def lines_of(child: Child) -> list[str]:
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return True

    await run_child(child, keep)
    return lines


async def test_each_line_is_reported(shell: MakeChild) -> None:
    assert ["one", "two", "three"] == await lines_of(shell("echo one; printf 'two\\nthree'"))


async def test_a_failure_carries_the_exit_code_and_what_was_said(shell: MakeChild) -> None:
    with pytest.raises(ChildFailed) as failure:
        await run_child(shell("echo no such codec >&2; exit 3"))
    assert (3, "no such codec") == (failure.value.exit_code, failure.value.stderr_tail)


async def test_a_program_that_is_not_there_is_a_failure_that_names_it(tmp_path: Path) -> None:
    missing = Child(argv=("/nowhere/ffmpeg",), workdir=tmp_path, limits=LIMITS, timeout_seconds=10)
    with pytest.raises(ChildFailed) as failure:
        await run_child(missing)
    assert "cannot start /nowhere/ffmpeg: No such file or directory" == failure.value.stderr_tail


async def test_the_child_sees_nothing_of_our_environment(
    shell: MakeChild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINOLOG_NATS_PASSWORD", "secret")
    names = await lines_of(shell("env | cut -d= -f1"))
    assert {"PATH", "HOME", "LANG"} == set(names) - {"PWD", "SHLVL", "_", "OLDPWD"}


async def test_only_the_end_of_a_long_complaint_is_kept(python: MakeChild) -> None:
    with pytest.raises(ChildFailed) as failure:
        await run_child(python("import sys; sys.stderr.write('x' * 1_000_000 + 'the end'); sys.exit(1)"))
    assert (True, True) == (len(failure.value.stderr_tail) <= 8192, failure.value.stderr_tail.endswith("the end"))


async def test_a_child_without_progress_is_stopped(shell: MakeChild) -> None:
    with pytest.raises(ChildStalled, match=r"no progress for 0\.3 s"):
        await run_child(shell("while :; do echo same; sleep 0.05; done", stall_seconds=0.3), lambda line: False)


async def test_a_child_that_shows_progress_is_left_alone(shell: MakeChild) -> None:
    slow = shell("for i in 1 2 3 4 5 6; do echo $i; sleep 0.15; done", stall_seconds=0.6)
    assert "" == await run_child(slow)


async def test_a_child_that_takes_too_long_is_stopped(shell: MakeChild) -> None:
    with pytest.raises(ChildTimedOut):
        await run_child(shell("while :; do echo on; sleep 0.05; done", stall_seconds=5, timeout_seconds=0.4))


async def test_cancelling_ends_the_whole_family_within_two_seconds(shell: MakeChild, tmp_path: Path) -> None:
    running = asyncio.create_task(run_child(shell(FAMILY)))
    await eventually((tmp_path / "leader").exists)
    began = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await eventually(lambda: not is_running(tmp_path / "grandchild"))
    assert time.monotonic() - began < 2


async def test_a_grandchild_does_not_outlive_its_parent(shell: MakeChild, tmp_path: Path) -> None:
    await run_child(shell("sleep 60 & echo $! > grandchild"))
    assert not is_running(tmp_path / "grandchild")


async def test_a_bug_in_the_callback_ends_the_child_and_surfaces(shell: MakeChild, tmp_path: Path) -> None:
    def fail(line: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run_child(shell("echo $$ > leader; echo one; sleep 60"), fail)
    assert not is_running(tmp_path / "leader")


async def test_the_child_dies_with_its_worker(tmp_path: Path) -> None:
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, str(tmp_path))
    await eventually((tmp_path / "child").exists)
    worker.kill()
    await worker.wait()
    await eventually(lambda: not is_running(tmp_path / "child"))


WORKER = """
import asyncio, pathlib, sys
from kinolog.common.child import Child, Limits, run_child
limits = Limits(cpu_seconds=20, memory_bytes=1 << 30, file_bytes=1 << 20)
argv = ("/bin/sh", "-c", "echo $$ > started; mv started child; exec sleep 60")
asyncio.run(run_child(Child(argv=argv, workdir=pathlib.Path(sys.argv[1]), limits=limits, timeout_seconds=60)))
"""


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("while True: pass", Limits(cpu_seconds=1, memory_bytes=1 << 30, file_bytes=1 << 20)),
        ("bytearray(1 << 29)", Limits(cpu_seconds=20, memory_bytes=1 << 28, file_bytes=1 << 20)),
        (
            "open('big', 'wb', 0).write(bytes(4096)) and open('big', 'ab', 0).write(b'x')",
            Limits(cpu_seconds=20, memory_bytes=1 << 30, file_bytes=4096),
        ),
        (
            "kept = [open('/dev/null') for _ in range(50)]",
            Limits(cpu_seconds=20, memory_bytes=1 << 30, file_bytes=4096, open_files=32),
        ),
    ],
    ids=["cpu", "memory", "file size", "open files"],
)
async def test_a_limit_ends_the_child(python: MakeChild, code: str, limits: Limits) -> None:
    with pytest.raises(ChildFailed):
        await run_child(python(code, limits))


async def test_a_child_that_computes_too_long_is_told_from_one_that_was_killed(python: MakeChild) -> None:
    limits = Limits(cpu_seconds=1, memory_bytes=1 << 30, file_bytes=1 << 20)
    with pytest.raises(ChildFailed) as caught:
        await run_child(python("while True: pass", limits))
    assert -signal.SIGXCPU == caught.value.exit_code


async def test_no_descriptor_leaks(shell: MakeChild) -> None:
    await run_child(shell("true"))
    before = len(os.listdir("/proc/self/fd"))
    await run_child(shell("true"))
    assert before == len(os.listdir("/proc/self/fd"))
