"""The quick reader of headers reads what nats-py's own does, and the quick writer writes it."""

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.errors import BadHeaderError

from kinolog.common.log.client import FastClient
from kinolog.common.log.headers import read_lines

pieces = st.sampled_from([b"ce-id", b":", b" ", b"\t", b"\r\n", b"\r", b"\n", b"\x0b", b"\x1c", b"\xc2\xa0", b"\xff"])


@given(raw=st.lists(pieces | st.binary(max_size=4), max_size=20).map(b"".join))
@example(raw=b"")
@example(raw=b"Name:\r\n: value\r\nName: again\r\n\r\n")
def test_the_headers_are_those_that_nats_py_reads(raw: bytes) -> None:
    assert Client._parse_header_lines(raw) == read_lines(raw)


def test_a_value_may_hold_colons_and_letters_of_any_script() -> None:
    raw = "traceparent: 00-a:b\r\nce-actor: Zoë\r\n\r\n".encode()
    assert {"traceparent": "00-a:b", "ce-actor": "Zoë"} == read_lines(raw)


@pytest.mark.parametrize("raw", [b"two words: x", b"n\xc3\xa4me: x", b"no colon"])
def test_what_is_no_name_of_a_header_is_left_out(raw: bytes) -> None:
    assert {} == read_lines(raw)


class _Wire:
    """Catches the commands that a client would send."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.sent: list[bytes] = []
        client._send_command = self._catch  # type: ignore[assignment, method-assign]

    async def _catch(self, command: bytes, priority: bool = False) -> None:
        self.sent.append(bytes(command))

    async def publish(self, headers: dict[str, str] | None) -> list[bytes]:
        await self._client._send_publish("evt.job.x", "inbox", b"body", 4, headers)
        return self.sent


async def test_a_ping_is_sent_in_turn_so_that_a_flush_waits_for_all_before_it() -> None:
    client = FastClient()
    wire = _Wire(client)
    client._pongs, client._flush_queue, client._status = [], asyncio.Queue(), Client.DISCONNECTED
    await wire.publish(None)
    await client._send_ping()
    assert ([b"PING\r\n"], 1) == (wire.sent[1:], len(client._pongs))


@given(headers=st.none() | st.dictionaries(st.from_regex(r" ?[-!a-zA-Z0-9]{0,4} ?", fullmatch=True), st.text()))
@example(headers={})
@example(headers={"ce-actor": " Zoë\r\nNats-Rollup: all\n", "": "nameless"})
async def test_the_bytes_are_those_that_nats_py_writes(headers: dict[str, str] | None) -> None:
    assert await _Wire(Client()).publish(headers) == await _Wire(FastClient()).publish(headers)


@pytest.mark.parametrize("name", ["two words", "näme", "a:b", "a\r\nb"])
async def test_what_can_be_no_name_of_a_header_is_refused(name: str) -> None:
    with pytest.raises(BadHeaderError):
        await _Wire(FastClient()).publish({name: "x"})
