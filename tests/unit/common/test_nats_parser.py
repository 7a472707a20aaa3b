"""The quick parser hands on what nats-py's own does, however the bytes arrive."""

import asyncio
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nats.errors import ProtocolError
from nats.protocol.parser import Parser

from kinolog.common.log.parser import FastParser

HEADERS = b"NATS/1.0\r\nce-id: evt_1\r\n\r\n"


class Heard:
    """What a parser hands on, in order."""

    def __init__(self) -> None:
        self.words: list[tuple[Any, ...]] = []

    async def _process_msg(self, *message: object) -> None:
        self.words.append(message)

    async def _process_ping(self) -> None:
        self.words.append(("ping",))

    async def _process_pong(self) -> None:
        self.words.append(("pong",))

    async def _process_err(self, words: str) -> None:
        self.words.append(("error", words))

    async def _process_info(self, words: dict[str, Any]) -> None:
        self.words.append(("info", words))


def bare(body: bytes, reply: bytes = b"") -> bytes:
    return b"MSG evt.job.x 7 %s%d\r\n%s\r\n" % (reply and reply + b" ", len(body), body)


def with_headers(body: bytes, reply: bytes = b"") -> bytes:
    return b"HMSG evt.job.x 12 %s%d %d\r\n%s%s\r\n" % (
        reply and reply + b" ",
        len(HEADERS),
        len(HEADERS) + len(body),
        HEADERS,
        body,
    )


# Bodies that look like what the protocol says, and replies that look like sizes.
bodies = st.binary(max_size=8) | st.sampled_from([b"\r\n", b"PING\r\n", bare(b"inner"), with_headers(b"inner")])
replies = st.sampled_from([b"", b"_INBOX.a", b"9", b"$JS.ACK.EVENTS.c.1.2.3.4.5"])
others = st.sampled_from(
    [b"PING\r\n", b"PONG\r\n", b"+OK\r\n", b"-ERR 'slow consumer'\r\n", b'INFO {"port": 4222}\r\n']
)
spoken = st.lists(st.builds(bare, bodies, replies) | st.builds(with_headers, bodies, replies) | others).map(b"".join)


def heard_by(kind: type[Parser], chunks: list[bytes]) -> tuple[list[tuple[Any, ...]], str, int]:
    """What it hands on, how it ends, and how much it keeps for later."""
    heard = Heard()
    parser = kind(heard)

    async def listen() -> str:
        for chunk in chunks:
            try:
                await parser.parse(chunk)
            except ProtocolError as error:
                return str(error)
        return "well"

    end = asyncio.run(listen())
    return heard.words, end, len(parser.buf)


def chunks_of(words: bytes, size: int) -> list[bytes]:
    return [words[at : at + size] for at in range(0, len(words), size)]


@given(words=spoken, size=st.integers(1, 200))
@example(words=with_headers(b"one") + bare(b"two") + with_headers(b"three"), size=1_000)
def test_the_same_is_heard(words: bytes, size: int) -> None:
    chunks = chunks_of(words, size)
    assert heard_by(Parser, chunks) == heard_by(FastParser, chunks)


@pytest.mark.parametrize(
    "words", [b"MSG a b 5\r\nhello\r\n", b"HMSG a 1 x 5\r\nhello\r\n", b"NONSENSE\r\n", bare(b"cut")[:-3]]
)
def test_what_is_broken_or_cut_off_is_nats_pys_to_judge(words: bytes) -> None:
    chunks = [with_headers(b"before") + words]
    assert heard_by(Parser, chunks) == heard_by(FastParser, chunks)
    assert [(12, b"evt.job.x", b"", b"before", HEADERS)] == heard_by(FastParser, chunks)[0]


def test_whole_messages_are_not_left_to_nats_py(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bytes] = []

    async def parse(_: Parser, data: bytes = b"") -> None:
        left.append(data)

    monkeypatch.setattr(Parser, "parse", parse)
    assert 2 == len(heard_by(FastParser, [with_headers(b"one") + bare(b"two") + b"PING\r\n"])[0])
    assert [b"PING\r\n"] == left
