"""Waiting for one of several events, or for time; and that time."""

import asyncio


async def wait_for_any(*events: asyncio.Event, seconds: float | None = None) -> None:
    """Return as soon as one of the events is set, or after so many seconds."""
    if any(event.is_set() for event in events):
        return
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def loop_time() -> float:
    """The event loop's own clock, in seconds from any beginning: nobody sets it, unlike the wall's."""
    return asyncio.get_running_loop().time()
