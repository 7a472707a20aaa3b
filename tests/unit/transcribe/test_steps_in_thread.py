"""Work in a thread comes step by step, and ends when nobody waits for it any more."""

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from contextlib import aclosing
from typing import Any

import pytest

from kinolog.common.testing import eventually
from kinolog.transcribe.adapters.thread import Caller, steps_in_thread


def nobody(phase: str, percent: float | None = None, **more: Any) -> None:
    """Nobody listens."""


class Counting:
    """Counts for ever, a step at a time, and notes that it has ended."""

    def __init__(self, each: Callable[[Caller], None] = Caller.check) -> None:
        self.each, self.ended, self.steps = each, threading.Event(), 0

    def __call__(self, caller: Caller) -> Generator[int, None, None]:
        try:
            while True:
                self.each(caller)
                self.steps += 1
                yield self.steps
        finally:
            self.ended.set()


async def test_steps_come_in_order_until_there_are_no_more() -> None:
    def three(caller: Caller) -> Generator[int, None, None]:
        yield from (1, 2, 3)

    assert [1, 2, 3] == [step async for step in steps_in_thread(three, nobody, grace_seconds=1)]


async def test_work_rests_while_nobody_asks_for_the_next_step() -> None:
    work = Counting()

    async with aclosing(steps_in_thread(work, nobody, grace_seconds=1)) as steps:
        await anext(steps)

    assert (1, True) == (work.steps, work.ended.is_set())


async def test_what_the_work_raises_is_raised() -> None:
    def failing(caller: Caller) -> Generator[int, None, None]:
        yield 1
        raise ValueError("no second step")

    with pytest.raises(ValueError, match="no second step"):
        _ = [step async for step in steps_in_thread(failing, nobody, grace_seconds=1)]


async def test_a_cancelled_thread_stops_at_its_next_look_up() -> None:
    work = Counting(each=_looks_up_often)
    waiting = asyncio.create_task(_next_of(work, grace_seconds=5))
    await asyncio.sleep(0)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert work.ended.is_set()


async def test_a_thread_that_does_not_look_up_is_waited_for_no_longer_than_the_grace() -> None:
    busy = threading.Event()

    def looks_up_late(caller: Caller) -> None:
        busy.wait(30)
        caller.check()

    work = Counting(each=looks_up_late)
    waiting = asyncio.create_task(_next_of(work, grace_seconds=0.1))
    await asyncio.sleep(0)
    began_at = time.monotonic()

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.monotonic() - began_at < 2
    busy.set()
    await eventually(work.ended.is_set)


async def _next_of(work: Counting, grace_seconds: float) -> int:
    async with aclosing(steps_in_thread(work, nobody, grace_seconds=grace_seconds)) as steps:
        return await anext(steps)


def _looks_up_often(caller: Caller) -> None:
    while True:
        time.sleep(0.01)
        caller.check()


async def test_all_steps_are_taken_by_one_thread_which_ends_with_them() -> None:
    threads = list[threading.Thread]()
    work = Counting(each=lambda _: threads.append(threading.current_thread()))

    async with aclosing(steps_in_thread(work, nobody, grace_seconds=1)) as steps:
        _ = [await anext(steps) for _ in range(5)]

    assert 1 == len(set(threads))
    await eventually(lambda: not threads[0].is_alive())
