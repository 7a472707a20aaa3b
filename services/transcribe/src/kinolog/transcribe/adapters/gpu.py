"""Whether this machine has a GPU for Whisper, found out in a process of its own."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

import structlog

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError

_PROGRAM: Final = "kinolog.transcribe.adapters.count_gpus"
# CUDA reserves addresses for all memory of the machine and its devices before it uses any.
_LIMITS: Final = Limits(cpu_seconds=60, memory_bytes=8 * 1024**4, file_bytes=1024**2, open_files=512)
# Without one of these there is no driver to talk to: NVIDIA's own, and that of Windows below Linux.
_DRIVERS: Final = (Path("/dev/nvidiactl"), Path("/dev/dxg"))

_logger: Final = structlog.get_logger(__name__)


async def find_gpus(timeout_seconds: float) -> tuple[str, ...]:
    """`("cuda",)` or nothing. Never raises: what cannot be found out is not there."""
    if not any(driver.exists() for driver in _DRIVERS):
        return ()
    try:
        return ("cuda",) if await count_gpus(timeout_seconds) else ()
    except (ChildError, OSError, ValueError) as error:
        _logger.warning("Cannot find out whether there is a GPU", error=repr(error))
        return ()


async def count_gpus(timeout_seconds: float) -> int:
    """How many Whisper's library sees. Raises ChildError, OSError, and ValueError for an answer that is no number."""
    lines: list[str] = []

    def hear(line: str) -> bool:
        lines.append(line)
        return True

    with tempfile.TemporaryDirectory(prefix="kinolog-gpu-") as folder:
        command = (sys.executable, "-m", _PROGRAM)
        child = Child(
            argv=command,
            workdir=Path(folder),
            limits=_LIMITS,
            timeout_seconds=timeout_seconds,
            env=what_cuda_reads(),
        )
        await run_child(child, hear)
    return int("".join(lines))


def what_cuda_reads() -> dict[str, str]:
    """Of this process's environment: which devices it may use, and where their libraries are."""
    return {name: os.environ[name] for name in ("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH") if name in os.environ}
