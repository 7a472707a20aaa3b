"""Work of a job that goes on beside other work of it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

_Result = TypeVar("_Result")


@asynccontextmanager
async def begun(work: Coroutine[Any, Any, _Result]) -> AsyncIterator["asyncio.Task[_Result]"]:
    """Whoever wants the result awaits the task, and gets its error. Work that is not done at the end is cancelled, and
    gone by then.
    """
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
