"""The last step before a child program: bind it to its parent's life, limit what it may use, become it.

A script of its own rather than a `preexec_fn`: that runs Python between fork and exec, which can deadlock in a process
that has threads, as every worker has. This one is a fresh interpreter with a single thread.
"""

import ctypes
import os
import resource
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_CANNOT_START: Final = 127
# At the softer limit the kernel says why it ends a program, at the harder one it just kills.
_CPU_GRACE_SECONDS: Final = 5


def main(parent: str, cpu_seconds: str, memory_bytes: str, file_bytes: str, open_files: str, *command: str) -> None:
    """Never returns: the process becomes the command, or ends with 127 where that cannot be started."""
    _die_with(int(parent))
    _limit(resource.RLIMIT_CPU, int(cpu_seconds), grace=_CPU_GRACE_SECONDS)
    _limit(resource.RLIMIT_AS, int(memory_bytes))
    _limit(resource.RLIMIT_FSIZE, int(file_bytes))
    _limit(resource.RLIMIT_NOFILE, int(open_files))
    _limit(resource.RLIMIT_CORE, 0)
    try:
        os.execv(command[0], command)  # noqa: S606  # a shell is exactly what must not come in between
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(_CANNOT_START)


def _die_with(parent: int) -> None:
    """Elsewhere than on Linux nothing offers this; there a killed worker's child ends at its own limits."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("the parent died before its child began")


def _limit(what: int, amount: int, *, grace: int = 0) -> None:
    _, hard = resource.getrlimit(what)
    most = amount + grace if hard == resource.RLIM_INFINITY else min(amount + grace, hard)
    resource.setrlimit(what, (min(amount, most), most))


if __name__ == "__main__":
    main(*sys.argv[1:])
