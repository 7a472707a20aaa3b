"""Waiting for a condition instead of for time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, overload

T = TypeVar("T")

# Asking often is noticing soon, and work for whoever is asked: a wait is at most a tenth longer than it must be.
_FIRST_SECONDS: Final = 0.01
_MOST_SECONDS: Final = 0.1
_SHARE: Final = 0.1


@overload
async def eventually(condition: Callable[[], Awaitable[T | None]], *, within: float = 10.0) -> T: ...
@overload
async def eventually(condition: Callable[[], T | None], *, within: float = 10.0) -> T: ...
async def eventually(condition: Callable[[], Any], *, within: float = 10.0) -> Any:
    """The condition's first truthy answer. Raises AssertionError with its last one after `within` seconds."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        waited = loop.time() - begun
        if waited > within:
            raise AssertionError(f"still {answer!r} after {within} s")
        await asyncio.sleep(min(max(_FIRST_SECONDS, waited * _SHARE), _MOST_SECONDS))
