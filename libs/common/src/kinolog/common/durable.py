"""Files that outlive a power failure: whoever names one in an event, or tells a caller of it, does so afterwards."""

import os
from collections.abc import Iterator
from pathlib import Path


def durable_rename(source: Path, target: Path) -> None:
    """obstore renames without any fsync, so an event could outlive the file it names."""
    _fsync(source)
    made = list(_make_folders(target.parent))
    os.replace(source, target)
    for folder in (target.parent, *made):
        _fsync(folder)


def _make_folders(folder: Path) -> Iterator[Path]:
    """Create what is missing of a folder's path, yielding the parents that gained an entry."""
    if folder.exists():
        return
    yield from _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    yield folder.parent


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
