"""Repeating a read that got no answer: a request in flight when the server restarts is lost without a word."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from kinolog.common.errors import LogUnavailable

T = TypeVar("T")

_PAUSE_SECONDS: Final = 0.05


async def patiently(read: Callable[[], Awaitable[T]], deadline_seconds: float) -> T:
    """The first answer. Raises LogUnavailable when none has come by the deadline."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + deadline_seconds
    while True:
        try:
            return await read()
        except LogUnavailable:
            if clock() >= deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
