"""Waiting for a platform that is away, restarts, or has too much to do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from kinolog.cli.errors import ApiRefused, Unreachable

T = TypeVar("T")

# Too slow, in conflict with or locked by a request of ours that the platform has not given up yet, too early, too many.
_MAY_PASS: Final = (408, 409, 423, 425, 429)


@dataclass(frozen=True, slots=True)
class Patience:
    seconds: float
    pause_seconds: float

    async def wait_for(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the platform answers once it can. Raises what it said last when that takes too long."""
        deadline = now() + self.seconds
        while True:
            try:
                return await call()
            except (ApiRefused, Unreachable) as error:
                await self.after(error, deadline)

    async def after(self, error: ApiRefused | Unreachable, deadline: float) -> None:
        """Pause before the next try; raises the error where that cannot help, or is too late."""
        if not may_pass(error) or now() >= deadline:
            raise error
        await asyncio.sleep(self.pause_seconds)


def may_pass(error: ApiRefused | Unreachable) -> bool:
    return isinstance(error, Unreachable) or error.status >= 500 or error.status in _MAY_PASS


def now() -> float:
    return asyncio.get_running_loop().time()
