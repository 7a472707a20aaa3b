"""`./dev bench` compares Kinolog with its peers; `./dev bench NAME` runs another measurement of the engine."""

import runpy
import signal
import sys
from typing import Final

from benchmarks.engine import compare

NAMES: Final = ("latency", "scale", "cancel", "urgent", "idle", "load", "memory", "startup")


def main(arguments: list[str]) -> None:
    # Told to stop, it stops what it has started as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments and arguments[0] in NAMES:
        sys.argv = arguments
        runpy.run_module(f"benchmarks.engine.{arguments[0]}", run_name="__main__")
    else:
        compare.main(arguments)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
