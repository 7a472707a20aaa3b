"""Taking turns as the catalog advises, as long as the advice is fresh."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

import pytest

from kinolog.common.events.job import PickedBecause
from kinolog.common.worker.lanes import LaneQueue
from kinolog.common.worker.order import DispatchOrder, Turn
from kinolog.common.worker.turns import FairQueue, Turns
from kinolog.common.worker.wait import wait_for_any

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)


def an_order(*sequences: int, is_managed: bool = True) -> DispatchOrder:
    turns = tuple(
        Turn(job_id=f"job_{sequence}", queued_sequence=sequence, because=PickedBecause.SHARE) for sequence in sequences
    )
    return DispatchOrder(queue="render", at=NOON, is_managed=is_managed, turns=turns)


async def taken(turns: Turns, most: int) -> list[int]:
    return [delivery.sequence for delivery in turns.take(most)]


async def test_turns_are_taken_in_their_order_and_once() -> None:
    turns = Turns()
    turns.receive(an_order(7, 3, 9))
    assert ([7, 3], [9], []) == (await taken(turns, 2), await taken(turns, 2), await taken(turns, 2))


async def test_a_turn_that_is_advised_again_is_not_taken_again() -> None:
    turns = Turns()
    turns.receive(an_order(7))
    await taken(turns, 1)
    turns.receive(an_order(7, 8))
    assert [8] == await taken(turns, 5)


async def test_a_turn_that_is_handed_back_may_be_taken_again() -> None:
    turns = Turns()
    turns.receive(an_order(7))
    (delivery,) = turns.take(1)
    await delivery.hand_back(0)
    assert [7] == await taken(turns, 1)


async def test_a_turn_that_is_handed_back_with_a_delay_is_left_alone_for_so_long() -> None:
    turns = Turns()
    turns.receive(an_order(7))
    (delivery,) = turns.take(1)
    await delivery.hand_back(60)
    assert [] == await taken(turns, 1)


async def test_without_advice_the_lanes_are_taken_as_they_come() -> None:
    turns = Turns()
    before = turns.are_managed
    turns.receive(an_order(7))
    managed = turns.are_managed
    turns.receive(an_order(is_managed=False))
    assert (False, True, False) == (before, managed, turns.are_managed)


async def test_advice_that_has_grown_old_is_none() -> None:
    turns = Turns()
    turns.receive(an_order(7))
    turns._received_at -= 10
    assert not turns.are_managed


class EmptyLanes:
    """Nothing ever comes, and nothing is due."""

    async def look(self, most: int) -> Sequence[Any]:
        return ()

    async def wait_for_a_hint(self, *events: asyncio.Event) -> None:
        await wait_for_any(*events)


async def test_a_worker_rests_once_it_has_heard_that_turns_are_over() -> None:
    turns = Turns()
    queue = FairQueue(cast(LaneQueue, EmptyLanes()), turns)
    turns.receive(an_order(is_managed=False))
    assert [] == [*await queue.look(1)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.wait(asyncio.Event()), 0.05)
