"""Work that goes on beside other work: its result is there for whoever asks, and it never outlives the other."""

import asyncio

import pytest

from kinolog.render.handlers.beside import begun


async def answer() -> int:
    await asyncio.sleep(0)
    return 42


async def failure() -> None:
    await asyncio.sleep(0)
    raise ValueError("no")


async def forever(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("ended")


async def test_the_result_is_there_for_whoever_awaits_it() -> None:
    async with begun(answer()) as answering:
        assert 42 == await answering


async def test_an_error_is_that_of_whoever_awaits_it() -> None:
    with pytest.raises(ValueError, match="no"):
        async with begun(failure()) as failing:
            await failing


async def test_an_error_that_nobody_asks_for_disturbs_nobody() -> None:
    async with begun(failure()) as failing:
        await asyncio.wait([failing])


async def test_work_that_nobody_waits_for_is_cancelled_and_gone() -> None:
    ended: list[str] = []
    async with begun(forever(ended)):
        await asyncio.sleep(0)
    assert ["ended"] == ended


async def test_it_is_gone_where_the_other_work_fails() -> None:
    ended: list[str] = []

    async def fail_beside_it() -> None:
        async with begun(forever(ended)):
            await failure()

    with pytest.raises(ValueError, match="no"):
        await fail_beside_it()
    assert ["ended"] == ended
