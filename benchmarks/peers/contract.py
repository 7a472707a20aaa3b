"""What every peer of the comparison answers to: commands on its command line, lines of JSON on its standard output.

    prepare      make tables, streams and consumers in an empty service
    ready        return when the companions of the worker answer
    enqueue N    store N jobs in the fastest documented form    {"seconds": S}
    work         run jobs until SIGTERM
    watch N      wait until N jobs have ended for good          {"watching": true}, {"ended_at": T}, {"followed_at": T}
    trips N      one job at a time, submission to completion    {"milliseconds": [...]}

It runs in the peers' own environments too, so it needs nothing but the standard library.
"""

import asyncio
import json
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final

URL: Final = os.environ.get("BENCH_URL", "")
SLOTS: Final = int(os.environ.get("BENCH_SLOTS", "100"))
_FIRST_JOB: Final = Path(os.environ.get("BENCH_FOLDER", "."), "first-job")
_WATCH_INTERVAL_SECONDS: Final = 0.01
_WARM_UP_TRIPS: Final = 10


class Client(ABC):
    """A connected submitter."""

    @abstractmethod
    async def enqueue(self, count: int) -> None:
        """Return when every job is stored."""

    @abstractmethod
    async def ended(self, count: int) -> bool:
        """Whether that many jobs are stored as ended."""

    @abstractmethod
    async def trip(self) -> None:
        """Submit one job and return when its submitter knows that it is completed."""

    async def followed(self, count: int) -> None:  # noqa: B027  # most peers have nothing that follows
        """Return when whatever follows the jobs, such as a projection, knows all of them as completed."""

    async def ready(self) -> None:  # noqa: B027  # most peers have no companions
        """Return when the worker's companions answer."""


Connect = Callable[[], AbstractAsyncContextManager[Client]]
Run = Callable[[Any], object]


class FirstJob:
    """The body of every job calls `note`; the first call tells when the drain began."""

    def __init__(self) -> None:
        self._is_noted = False

    def note(self) -> None:
        if not self._is_noted:
            self._is_noted = True
            _FIRST_JOB.write_text(repr(time.time()))


async def at_once(count: int, limit: int, make: Callable[[int], Awaitable[object]]) -> None:
    """Await `make(0)` to `make(count - 1)`, `limit` of them at a time."""
    numbers = iter(range(count))

    async def take() -> None:
        for number in numbers:
            await make(number)

    await asyncio.gather(*(take() for _ in range(limit)))


def main(*, prepare: Callable[[], Awaitable[None]], work: Callable[[], None], connect: Connect, run: Run) -> None:
    """Carry out the command of this process; `run` runs a coroutine."""
    command, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    match command:
        case "prepare":
            run(prepare())
        case "work":
            work()
        case _:
            run(_serve(connect, command, count))


async def _serve(connect: Connect, command: str, count: int) -> None:
    async with connect() as client:
        match command:
            case "ready":
                await client.ready()
            case "enqueue":
                began = time.perf_counter()
                await client.enqueue(count)
                _say(seconds=time.perf_counter() - began)
            case "watch":
                await _watch(client, count)
            case "trips":
                _say(milliseconds=await _trips(client, count))


async def _watch(client: Client, count: int) -> None:
    _say(watching=not await client.ended(count))
    while not await client.ended(count):
        await asyncio.sleep(_WATCH_INTERVAL_SECONDS)
    _say(ended_at=time.time())
    await client.followed(count)
    _say(followed_at=time.time())


async def _trips(client: Client, count: int) -> list[float]:
    for _ in range(_WARM_UP_TRIPS):
        await client.trip()
    return [await _timed(client) for _ in range(count)]


async def _timed(client: Client) -> float:
    began = time.perf_counter()
    await client.trip()
    return (time.perf_counter() - began) * 1000


def _say(**answer: object) -> None:
    print(json.dumps(answer), flush=True)
