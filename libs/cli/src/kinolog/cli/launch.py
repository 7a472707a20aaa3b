"""The last step before a part of the platform: bind its life to the supervisor's, then become it.

A script of its own rather than a `preexec_fn`: that runs Python between fork and exec, which can deadlock in a process
that has threads, as the supervisor has. This one is a fresh interpreter with a single thread.
"""

import ctypes
import os
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_CANNOT_START: Final = 127


def main(parent: str, dies_by: str, *command: str) -> None:
    """Never returns: the process becomes the command, or ends with 127 where that cannot be started."""
    # Elsewhere than on Linux nothing offers this; there the parts of a killed supervisor must be ended by hand.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(dies_by))
        if os.getppid() != int(parent):
            sys.exit("the supervisor died before its child began")
    try:
        os.execvp(command[0], command)  # noqa: S606  # a shell is exactly what must not come in between
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(_CANNOT_START)


if __name__ == "__main__":
    main(*sys.argv[1:])
