"""What processes cost, from Linux' own books: CPU time and memory of a process and of all that it started."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PAGE_MIB: Final = os.sysconf("SC_PAGE_SIZE") / 2**20
# Numbers of the fields in /proc/<pid>/stat, counted after the name of the program; see proc(5).
_PARENT, _FIRST_TIME, _LAST_TIME, _RESIDENT = 1, 11, 14, 21


def cpu_seconds(pid: int, *, alone: bool = False) -> float:
    """Of the process, its living descendants unless it is meant alone, and those that ended and were waited for."""
    ticks = (sum(map(int, fields[_FIRST_TIME : _LAST_TIME + 1])) for fields in _tree(pid, alone))
    return sum(ticks) / _TICKS_PER_SECOND


def resident_mib(pid: int, *, alone: bool = False) -> float:
    """Of the process and its living descendants unless it is meant alone; what they share counts once for each."""
    return sum(int(fields[_RESIDENT]) for fields in _tree(pid, alone)) * _PAGE_MIB


def descendants(pid: int) -> dict[int, str]:
    """The command line of each living descendant: those that ended and were not yet asked for have none."""
    found = {each: _command_line(each) for each in _family(pid, _all()) if each != pid}
    return {each: line for each, line in found.items() if line}


def program(command_line: str) -> str:
    """`kinolog.render` of `python -m kinolog.render`, or the name of the program's file."""
    words = command_line.split()
    return words[words.index("-m") + 1] if "-m" in words else Path(words[0]).name


def _tree(pid: int, alone: bool) -> Iterator[list[str]]:
    processes = _all()
    return (processes[each] for each in _family(pid, processes) if each == pid or not alone)


def _family(pid: int, processes: dict[int, list[str]]) -> Iterator[int]:
    if pid in processes:
        yield pid
    for child in [each for each, fields in processes.items() if int(fields[_PARENT]) == pid]:
        yield from _family(child, processes)


def _all() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # It ended meanwhile.
            found[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
    return found


def _command_line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return ""
