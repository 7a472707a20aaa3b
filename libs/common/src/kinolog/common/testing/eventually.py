"""Waiting for a condition instead of for time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(condition: Callable[[], T | Awaitable[T]], *, within: float = 10.0) -> T:
    """The condition's first truthy answer. Raises AssertionError with its last one after `within` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        answer = condition()
        result: T = await answer if inspect.isawaitable(answer) else answer
        if result:
            return result
        if loop.time() > deadline:
            raise AssertionError(f"still {result!r} after {within} s")
        await asyncio.sleep(0.01)
