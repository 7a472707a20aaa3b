"""Doing something for each of many things, a few of them at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


async def at_once(most: int, things: Iterable[T], do: Callable[[T], Awaitable[None]]) -> None:
    """Raises the first error of any, once the others have been stopped."""
    turns = iter(things)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(most):
                group.create_task(_take_turns(turns, do))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors


async def _take_turns(turns: Iterator[T], do: Callable[[T], Awaitable[None]]) -> None:
    for thing in turns:
        await do(thing)
