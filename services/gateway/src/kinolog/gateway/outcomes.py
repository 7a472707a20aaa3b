"""Many things at once, a bounded number at a time; what goes wrong with one of them is its own outcome."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from kinolog.common.errors import KinologError
from kinolog.gateway.problems import Problem
from kinolog.gateway.translation import problem_of

T = TypeVar("T")


async def outcome(work: Awaitable[T]) -> T | Problem:
    """What comes of it, or the problem that it ended with.

    The problem `idempotency-mismatch` is raised: it is about the whole request, whichever part of it finds out.
    """
    try:
        return await work
    except (KinologError, Problem) as error:
        problem = problem_of(error)
        if problem.kind == "idempotency-mismatch":
            raise
        return problem


async def together(work: Iterable[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    """All results, in order. The first exception, if there is one, ends the rest and is raised as it is."""
    slots = asyncio.Semaphore(at_once)

    async def run(each: Callable[[], Awaitable[T]]) -> T:
        async with slots:
            return await each()

    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(run(each)) for each in work]
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    return [task.result() for task in running]
