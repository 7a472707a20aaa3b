"""The quick way of asking, on a real server: every answer finds its asker, and silence ends in time."""

import asyncio

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NoAnswer

from kinolog.common.log.client import FastClient, listen
from kinolog.common.testing import NatsServer, eventually


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


async def test_what_comes_to_an_inbox_is_handed_over_in_order_with_its_headers(nats_client: Client) -> None:
    taken: list[tuple[bytes, dict[str, str] | None]] = []
    inbox = nats_client.new_inbox()
    await listen(nats_client, inbox, lambda message: taken.append((message.data, message.headers)))
    for number in range(3):
        await nats_client.publish(inbox, b"%d" % number, headers={"ce-id": f"evt_{number}"})
    await eventually(lambda: len(taken) == 3)
    assert [(b"0", {"ce-id": "evt_0"}), (b"1", {"ce-id": "evt_1"}), (b"2", {"ce-id": "evt_2"})] == taken


async def test_nothing_is_handed_over_once_nobody_listens(nats_client: Client) -> None:
    taken: list[bytes] = []
    inbox = nats_client.new_inbox()
    subscription = await listen(nats_client, inbox, lambda message: taken.append(message.data))
    await subscription.unsubscribe()
    await nats_client.publish(inbox, b"late")
    await nats_client.flush()
    assert ([], False) == (taken, subscription._id in nats_client._takers)  # type: ignore[attr-defined]


async def test_the_status_of_a_message_is_told(nats_client: Client) -> None:
    """Such as that nobody answers a question."""
    told: list[str] = []
    inbox = nats_client.new_inbox()
    await listen(nats_client, inbox, lambda message: told.append((message.headers or {})["Status"]))
    await nats_client.publish("nobody.listens", b"", reply=inbox)
    await eventually(lambda: bool(told))
    assert ["503"] == told


async def test_a_client_of_nats_py_hands_over_too(nats_server: NatsServer) -> None:
    taken: list[bytes] = []
    client = await nats.connect(nats_server.url)
    await listen(client, "inbox", lambda message: taken.append(message.data))
    await client.publish("inbox", b"word")
    await eventually(lambda: taken == [b"word"])
    await client.close()
