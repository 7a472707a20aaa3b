"""The quick way of asking, on a real server: every answer finds its asker, and silence ends in time."""

import asyncio

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NoAnswer

from kinolog.common.log.client import FastClient


async def answer_in_reverse(client: Client, count: int) -> None:
    """Answers each of so many questions with its own words, the last one first."""
    asked: list[Msg] = []

    async def collect(message: Msg) -> None:
        asked.append(message)
        if len(asked) == count:
            for each in reversed(asked):
                await each.respond(each.data)

    await client.subscribe("questions", cb=collect)


async def test_every_answer_finds_its_asker(nats_client: Client) -> None:
    await answer_in_reverse(nats_client, 20)
    words = [f"word {number}".encode() for number in range(20)]
    answers = await asyncio.gather(*(nats_client.request("questions", word, timeout=5) for word in words))
    assert words == [answer.data for answer in answers]


async def test_the_client_of_a_connection_is_the_quick_one(nats_client: Client) -> None:
    assert isinstance(nats_client, FastClient)


async def test_where_nobody_listens_the_asker_is_told(nats_client: Client) -> None:
    with pytest.raises(NoRespondersError):
        await nats_client.request("nobody.listens", timeout=5)


async def test_silence_ends_in_time_and_leaves_nothing_behind(nats_client: Client) -> None:
    await answer_in_reverse(nats_client, 2)
    with pytest.raises(NoAnswer):
        await nats_client.request("questions", timeout=0.05)
    assert {} == nats_client._resp_map


async def test_an_asker_that_gives_up_leaves_nothing_behind(nats_client: Client) -> None:
    await answer_in_reverse(nats_client, 2)
    asking = asyncio.create_task(nats_client.request("questions", timeout=5))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    assert {} == nats_client._resp_map


async def test_an_answer_that_comes_too_late_is_for_nobody(nats_client: Client) -> None:
    await answer_in_reverse(nats_client, 2)
    with pytest.raises(NoAnswer):
        await nats_client.request("questions", b"first", timeout=0.05)
    assert b"second" == (await nats_client.request("questions", b"second", timeout=5)).data
