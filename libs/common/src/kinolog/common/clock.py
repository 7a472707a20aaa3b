"""The one place where the wall clock is read; everything else is handed a Clock."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The present moment, aware and in UTC."""
        ...


def system_clock() -> datetime:
    return datetime.now(UTC)
