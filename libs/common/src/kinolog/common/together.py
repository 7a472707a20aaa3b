"""Work that goes on side by side, and ends together."""

import asyncio
from collections.abc import Coroutine


async def until_one_ends(*work: Coroutine[None, None, None]) -> None:
    """Raises what the first to end raises; the others are cancelled."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
