"""A place for one measurement: a folder on a real disk, and the settings that keep everything inside it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.engine.machine import SCRATCH


@contextmanager
def scratch_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kinolog-bench-", dir=SCRATCH, ignore_cleanup_errors=True) as name:
        yield Path(name)


def settings(folder: Path) -> dict[str, str]:
    """The environment of a service. Like the peers it logs what is wrong, and not each job."""
    return {
        "KINOLOG_DATABASE_URL": f"sqlite:///{folder / 'catalog.db'}",
        "KINOLOG_BLOBS_URL": (folder / "blobs").as_uri(),
        "KINOLOG_WORK_DIR": str(folder / "work"),
        "KINOLOG_LOG_LEVEL": "warning",
        "BENCH_FOLDER": str(folder),
    }
