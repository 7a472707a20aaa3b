"""Who leaves with whom, and what each is told: group commit before a server that answers when the test says so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from nats.errors import TimeoutError as NoAnswer

from kinolog.common.aggregates import PROJECT
from kinolog.common.aggregates.base import unborn
from kinolog.common.clock import system_clock
from kinolog.common.errors import LogUnavailable, OutcomeUnknown
from kinolog.common.events.project import ProjectCreated
from kinolog.common.log.api import ApiError
from kinolog.common.log.append_costs import AppendCosts, Way
from kinolog.common.log.group_commit import GroupCommit
from kinolog.common.log.publish import Message
from kinolog.common.log.stamp import stamp
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import ORIGIN

STALE = ApiError(400, 10071, "wrong last sequence: 7")

Append = Callable[..., "asyncio.Task[int]"]


class Server:
    """Keeps each attempt that reaches it until it is answered, in the order of arrival."""

    def __init__(self) -> None:
        self.attempts: list[list[str]] = []
        self._open: list[asyncio.Future[int]] = []

    async def publish(self, messages: Sequence[Message]) -> int:
        self.attempts.append([message.change.id for message in messages])
        self._open.append(asyncio.get_running_loop().create_future())
        return await self._open[-1]

    async def has(self, attempts: int) -> list[list[str]]:
        await eventually(lambda: len(self.attempts) >= attempts)
        return self.attempts

    def answer(self, outcome: int | Exception) -> None:
        """Answer the oldest attempt that is still open."""
        future = self._open.pop(0)
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        elif not future.done():
            future.set_result(outcome)


@pytest.fixture
def server() -> Server:
    return Server()


def groups_cost(seconds: float) -> AppendCosts:
    """Costs that are known for any number: a second for an append alone, so many in a group."""
    costs = AppendCosts(float("inf"), lambda: 0.0)
    for appends in (2, 4, 8, 16, 32, 64, 128):
        costs.note(Way.ALONE, appends, appends * 1.0)
        costs.note(Way.TOGETHER, appends, appends * seconds)
    return costs


def messages_of(*ids: str) -> list[Message]:
    changes = [change for each in ids for change in unborn(PROJECT, each).changes(ProjectCreated(name=each))]
    return [Message.of(change, stamp(ORIGIN, system_clock)) for change in changes]


@pytest.fixture
async def append(server: Server) -> AsyncIterator[Callable[..., Awaitable[Append]]]:
    """Opens a group commit and returns the function that starts an append of some aggregates."""
    opened: list[GroupCommit] = []

    async def open_(*, together: float = 0.1, **settings: float) -> Append:
        commits = GroupCommit(server.publish, groups_cost(together), ServiceSettings.model_validate(settings))
        opened.append(commits)
        return lambda *ids: asyncio.create_task(commits.publish(messages_of(*ids)))

    yield open_
    for commits in opened:
        await commits.close()


async def test_a_lone_append_leaves_at_once(server: Server, append: Callable[..., Awaitable[Append]]) -> None:
    alone = (await append())("a")
    await server.has(1)
    server.answer(5)
    assert 5 == await alone


async def test_who_came_while_one_was_under_way_leaves_as_one_group(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append()
    calls = [start("a"), start("b"), start("c", "d"), start("e")]
    await server.has(1)
    server.answer(5)
    assert [["a"], ["b", "c", "d", "e"]] == await server.has(2)
    server.answer(9)
    assert [5, 6, 8, 9] == await asyncio.gather(*calls)


async def test_where_groups_are_dear_everybody_leaves_at_once(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append(together=2.0)
    calls = [start("a"), start("b"), start("c")]
    assert [["a"], ["b"], ["c"]] == await server.has(3)
    for sequence in (1, 2, 3):
        server.answer(sequence)
    assert [1, 2, 3] == await asyncio.gather(*calls)


async def test_two_appends_to_one_aggregate_are_never_in_one_group(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append()
    calls = [start("a"), start("b"), start("c"), start("b", "x"), start("d")]
    await server.has(1)
    server.answer(1)
    assert ["b", "c", "d"] == (await server.has(2))[1]
    server.answer(4)
    assert ["b", "x"] == (await server.has(3))[2]
    server.answer(6)
    assert [1, 2, 3, 6, 4] == await asyncio.gather(*calls)


async def test_who_was_passed_over_is_first_in_the_next_group(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append(append_group_max_events=2)
    calls = [start(name) for name in "abbcd"]
    for number, sequence in enumerate((1, 3, 5), start=1):
        await server.has(number)
        server.answer(sequence)
    assert [1, 2, 4, 3, 5] == await asyncio.gather(*calls)


async def test_the_members_of_a_refused_group_go_alone(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append()
    calls = [start("a"), start("stale"), start("c")]
    await server.has(1)
    server.answer(1)
    await server.has(2)
    server.answer(STALE)
    assert [["stale"], ["c"]] == (await server.has(4))[2:]
    server.answer(STALE)
    server.answer(2)
    assert [1, STALE, 2] == await asyncio.gather(*calls, return_exceptions=True)


async def test_a_refused_group_is_charged_with_what_its_members_cost_alone(server: Server) -> None:
    costs = groups_cost(0.1)
    commits = GroupCommit(server.publish, costs, ServiceSettings())
    calls = [asyncio.create_task(commits.publish(messages_of(name))) for name in "abc"]
    outcomes: list[int | Exception] = [1, STALE, 2, 3]
    for number, outcome in enumerate(outcomes, start=1):
        await server.has(number)
        server.answer(outcome)
    await asyncio.gather(*calls)
    assert costs.seconds_each(Way.TOGETHER, 2) > 0.2
    await commits.close()


async def test_a_group_without_an_answer_leaves_each_member_to_find_out(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append()
    calls = [start("a"), start("b"), start("c")]
    await server.has(1)
    server.answer(1)
    await server.has(2)
    server.answer(NoAnswer())
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [int, NoAnswer, NoAnswer] == [type(outcome) for outcome in outcomes]


@pytest.mark.parametrize(
    "limit", [{"append_group_max_events": 2}, {"append_group_max_bytes": 80}], ids=["events", "bytes"]
)
async def test_a_group_stays_within_its_limits(
    server: Server, append: Callable[..., Awaitable[Append]], limit: dict[str, int]
) -> None:
    start = await append(**limit)
    calls = [start(name) for name in "abcde"]
    for number, sequence in enumerate((1, 3, 5), start=1):
        await server.has(number)
        server.answer(sequence)
    assert [1, 2, 3, 4, 5] == await asyncio.gather(*calls)
    assert [["a"], ["b", "c"], ["d", "e"]] == server.attempts


async def test_an_append_beyond_the_limits_goes_by_itself(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append(append_group_max_events=2)
    calls = [start("a"), start("b", "c", "d")]
    await server.has(1)
    server.answer(1)
    assert ["b", "c", "d"] == (await server.has(2))[1]
    server.answer(4)
    assert [1, 4] == await asyncio.gather(*calls)


async def test_a_caller_that_gives_up_breaks_no_group(server: Server, append: Callable[..., Awaitable[Append]]) -> None:
    start = await append()
    calls = [start(name) for name in "abcd"]
    await server.has(1)
    calls[1].cancel()
    await asyncio.wait([calls[1]])
    server.answer(1)
    await server.has(2)
    calls[2].cancel()
    server.answer(3)
    assert 3 == await calls[3]
    assert [["a"], ["c", "d"]] == server.attempts


async def test_callers_that_give_up_when_let_go_hold_up_nobody(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append()
    calls = [start("a"), start("b"), start("c")]
    await server.has(1)
    server.answer(1)
    await server.has(2)
    late = start("d")
    await asyncio.sleep(0)
    server.answer(STALE)
    await asyncio.sleep(0)  # Now the group's sender knows; its members do not yet.
    calls[1].cancel()
    calls[2].cancel()
    assert ["d"] == (await server.has(3))[-1]
    server.answer(2)
    assert 2 == await late


async def test_a_turn_that_does_not_come_ends_with_the_deadline(
    server: Server, append: Callable[..., Awaitable[Append]]
) -> None:
    start = await append(log_deadline_seconds=0.05)
    stuck, waiting = start("a"), start("b")
    with pytest.raises(TimeoutError):
        await waiting
    server.answer(1)
    assert 1 == await stuck


async def test_at_the_end_nobody_is_left_waiting(server: Server) -> None:
    commits = GroupCommit(server.publish, groups_cost(0.1), ServiceSettings())
    calls = [asyncio.create_task(commits.publish(messages_of(name))) for name in "abc"]
    await server.has(1)
    server.answer(1)
    await server.has(2)
    calls += [asyncio.create_task(commits.publish(messages_of("d")))]
    await asyncio.sleep(0)
    await commits.close()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [int, OutcomeUnknown, OutcomeUnknown, LogUnavailable] == [type(outcome) for outcome in outcomes]


async def test_after_the_end_nothing_is_sent(server: Server) -> None:
    commits = GroupCommit(server.publish, groups_cost(0.1), ServiceSettings())
    await commits.close()
    with pytest.raises(LogUnavailable):
        await commits.publish(messages_of("a"))
    assert [] == server.attempts
