"""The one place where the wall clock is read; everything else is handed a Clock."""

import os
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

# Tests set it to see that nothing depends on clocks that agree.
_OFFSET: Final = timedelta(seconds=float(os.environ.get("KINOLOG_CLOCK_OFFSET_SECONDS", "0")))


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The present moment, aware and in UTC."""
        ...


def system_clock() -> datetime:
    return datetime.now(UTC) + _OFFSET
