"""Named places where a test lets this very process die, freeze or leave, so that a race becomes an exact test.

`KINOLOG_CRASH_AT=worker.after_started:2:kill` kills the process at its second pass of that place. Without the variable
a pass costs one comparison.
"""

import os
import signal
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

Way = Literal["kill", "stop", "exit"]

VARIABLE: Final = "KINOLOG_CRASH_AT"
EXIT_STATUS: Final = 86


def crashpoint(name: str) -> None:
    """Does nothing, unless the environment says that this is where it ends."""
    if _appointment is not None:
        _appointment.pass_by(name)


@dataclass(slots=True)
class Appointment:
    """Where, at which pass and in which way the process ends."""

    name: str
    passes_left: int
    way: Way

    @classmethod
    def parse(cls, text: str) -> "Appointment":
        """`name:n:kill`, `name:n:stop` or `name:n:exit`. Raises ValueError."""
        name, _, rest = text.partition(":")
        number, _, way = rest.partition(":")
        if not name or not number.isdecimal() or int(number) < 1 or way not in get_args(Way):
            raise ValueError(f"{VARIABLE}={text}: write NAME:N:kill, NAME:N:stop or NAME:N:exit, with N from 1 on")
        return cls(name, int(number), cast("Way", way))

    def pass_by(self, name: str) -> None:
        if name != self.name:
            return
        self.passes_left -= 1
        if self.passes_left == 0:
            self._end()

    def _end(self) -> None:
        match self.way:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stop":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "exit":
                os._exit(EXIT_STATUS)


_appointment: Final = Appointment.parse(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None
