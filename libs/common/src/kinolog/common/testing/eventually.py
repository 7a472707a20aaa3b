"""Waiting for a condition instead of for time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(condition: Callable[[], Awaitable[T | None]], *, within: float = 10.0) -> T: ...
@overload
async def eventually(condition: Callable[[], T | None], *, within: float = 10.0) -> T: ...
async def eventually(condition: Callable[[], Any], *, within: float = 10.0) -> Any:
    """The condition's first truthy answer. Raises AssertionError with its last one after `within` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        if loop.time() > deadline:
            raise AssertionError(f"still {answer!r} after {within} s")
        await asyncio.sleep(0.01)
