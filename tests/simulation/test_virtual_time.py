"""The loop that leaps keeps the order of things, and says so when nothing can happen any more."""

import asyncio
import threading
from datetime import timedelta

import pytest
from simulation.virtual_time import Standstill, run_in_virtual_time, virtual_clock

from kinolog.common.testing.examples import NOON


def test_a_day_passes_at_once_and_exactly() -> None:
    async def sleep_for_a_day() -> None:
        await asyncio.sleep(86_400)
        assert NOON + timedelta(days=1) == virtual_clock()

    run_in_virtual_time(sleep_for_a_day())


def test_timers_fire_in_their_order() -> None:
    async def in_order() -> list[int]:
        fired: list[int] = []
        for seconds in (3, 1, 2):
            asyncio.get_running_loop().call_later(seconds, fired.append, seconds)
        await asyncio.sleep(5)
        return fired

    assert [1, 2, 3] == run_in_virtual_time(in_order())


def test_what_belongs_in_a_thread_runs_in_place() -> None:
    async def elsewhere() -> int:
        return await asyncio.to_thread(threading.get_ident)

    assert threading.get_ident() == run_in_virtual_time(elsewhere())


def test_a_wait_for_nothing_is_told() -> None:
    async def wait_for_nothing() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Standstill):
        run_in_virtual_time(wait_for_nothing())
