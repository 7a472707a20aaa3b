"""Turns: one writer at a time, who lets go when somebody asks where the upload stands."""

import asyncio

import pytest

from kinolog.gateway.problems import Problem
from kinolog.gateway.uploads.turns import Turn, UploadTurns


@pytest.fixture
def turns() -> UploadTurns:
    return UploadTurns(handover_seconds=0.1)


async def reads_for_ever(turns: UploadTurns) -> str:
    with turns.take("a") as turn:
        try:
            async with turn.reading():
                await asyncio.Event().wait()
        except Problem as problem:
            return problem.kind
    return "never"


def test_a_turn_that_is_taken_is_refused_to_others(turns: UploadTurns) -> None:
    with turns.take("a"), turns.take("b"), pytest.raises(Problem) as raised, turns.take("a"):
        pass
    assert (423, "upload-locked", []) == (raised.value.status, raised.value.kind, list(turns.taken))


async def test_whoever_reads_lets_go_when_asked(turns: UploadTurns) -> None:
    reader = asyncio.create_task(reads_for_ever(turns))
    await asyncio.sleep(0)
    async with turns.take_over("a"):
        assert ("upload-locked", ["a"]) == (await reader, list(turns.taken))


async def test_whoever_was_asked_reads_no_more(turns: UploadTurns) -> None:
    turn = Turn()
    turn.ask_for()
    with pytest.raises(Problem):
        async with turn.reading():
            pytest.fail("it read on")


async def test_whoever_is_writing_is_waited_for_a_while_only(turns: UploadTurns) -> None:
    with turns.take("a"), pytest.raises(Problem) as raised:
        async with turns.take_over("a"):
            pass
    assert "upload-locked" == raised.value.kind


async def test_of_several_who_ask_one_after_the_other_gets_it(turns: UploadTurns) -> None:
    got: list[int] = []

    async def ask(number: int) -> None:
        async with turns.take_over("a"):
            await asyncio.sleep(0)
            got.append(number)

    await asyncio.gather(*(ask(number) for number in range(5)))
    assert [0, 1, 2, 3, 4] == sorted(got)


async def test_a_gateway_that_stops_ends_all_turns(turns: UploadTurns) -> None:
    reader = asyncio.create_task(reads_for_ever(turns))
    await asyncio.sleep(0)
    turns.end_all()
    assert "upload-locked" == await reader
