"""How much of a machine a process may use, which in a container can be less than there is."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    cores: int
    memory_bytes: int
    is_whole: bool
    """Whether these are all cores there are."""


def own_share(root: Path = Path("/")) -> Share:
    """What the kernel lets this process have. `root` has `proc` and `sys` in it."""
    there = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else there
    cores = max(1, min([allowed, *(int(quota) for quota in _core_quotas(root))]))
    memory = min([_memory_there(), *_memory_limits(root)])
    return Share(cores=cores, memory_bytes=memory, is_whole=cores == there)


def _memory_there() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _core_quotas(root: Path) -> Iterator[float]:
    """Of every group around this process: time on cores by the time that passes. A quota may be `max`, or -1."""
    for folder in _groups(root, "cpu"):
        parted = [*_words(folder / "cpu.cfs_quota_us"), *_words(folder / "cpu.cfs_period_us")]
        for words in (_words(folder / "cpu.max"), parted):
            if len(words) == 2 and all(word.isdigit() for word in words):
                yield int(words[0]) / int(words[1])


def _memory_limits(root: Path) -> Iterator[int]:
    for folder in _groups(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            yield from (int(word) for word in _words(folder / name) if word.isdigit())


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of this process's control group and of those around it, in either version of control groups."""
    mount = root / "sys/fs/cgroup"
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        base = mount / controller if controllers else mount
        own = base / path.lstrip("/")
        yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(base))


def _words(file: Path) -> list[str]:
    return " ".join(_lines(file)).split()


def _lines(file: Path) -> list[str]:
    """Nothing where there is no such file, or nobody may read it."""
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
