"""A lock among all processes and threads of a machine, which the system opens when its holder dies."""

import fcntl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(slots=True)
class MachineLock:
    """Whoever holds it has the file at `path` locked; the file stays."""

    path: Path
    _file: IO[bytes] | None = None

    def acquire(self, *, timeout: float) -> bool:
        """Whether it could be had in so many seconds. Raises OSError where files cannot be locked."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            time.sleep(timeout)
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
