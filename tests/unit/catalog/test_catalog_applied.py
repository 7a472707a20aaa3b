"""Waiting until the rows have come far enough."""

import asyncio

import pytest

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.errors import Stale


async def test_what_has_been_reached_is_not_waited_for() -> None:
    applied = Applied()
    await applied.reach(7)
    assert 7 == await applied.wait_for(5, within_seconds=0.001)


async def test_waiting_ends_when_the_sequence_is_reached() -> None:
    applied = Applied()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(applied.wait_for(3, within_seconds=10))
        for sequence in (1, 2, 3):
            await applied.reach(sequence)
    assert 3 == waiting.result()


async def test_waiting_in_vain_is_refused() -> None:
    with pytest.raises(Stale, match="did not reach 3"):
        await Applied().wait_for(3, within_seconds=0.001)


async def test_the_sequence_never_goes_back() -> None:
    applied = Applied()
    await applied.reach(7)
    await applied.reach(3)
    assert 7 == applied.sequence


async def test_a_catalog_without_tables_has_not_even_reached_an_empty_log() -> None:
    with pytest.raises(Stale):
        await Applied().wait_for(0, within_seconds=0.001)


async def test_a_rest_ends_as_soon_as_somebody_waits() -> None:
    applied = Applied()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        resting = tasks.create_task(applied.rest(60))
        waiting = tasks.create_task(applied.wait_for(1))
        await resting
        await applied.reach(1)
    assert 1 == waiting.result()


async def test_there_is_no_rest_while_somebody_waits() -> None:
    applied = Applied()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(applied.wait_for(1))
        await asyncio.sleep(0)  # It begins to wait.
        await applied.rest(60)
        await applied.reach(1)


async def test_a_rest_ends_by_itself_when_those_who_waited_are_gone() -> None:
    applied = Applied()
    with pytest.raises(Stale):
        await applied.wait_for(9, within_seconds=0.001)
    async with asyncio.timeout(5):
        await applied.rest(0.01)
