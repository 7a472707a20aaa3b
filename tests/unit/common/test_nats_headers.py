"""The quick reader of headers reads what nats-py's own does."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nats.aio.client import Client

from kinolog.common.log.client import FastClient

pieces = st.sampled_from([b"ce-id", b":", b" ", b"\t", b"\r\n", b"\r", b"\n", b"\x0b", b"\x1c", b"\xc2\xa0", b"\xff"])


@given(raw=st.lists(pieces | st.binary(max_size=4), max_size=20).map(b"".join))
@example(raw=b"")
@example(raw=b"Name:\r\n: value\r\nName: again\r\n\r\n")
def test_the_headers_are_those_that_nats_py_reads(raw: bytes) -> None:
    assert Client._parse_header_lines(raw) == FastClient._parse_header_lines(raw)


def test_a_value_may_hold_colons_and_letters_of_any_script() -> None:
    raw = "traceparent: 00-a:b\r\nce-actor: Zoë\r\n\r\n".encode()
    assert {"traceparent": "00-a:b", "ce-actor": "Zoë"} == FastClient._parse_header_lines(raw)


@pytest.mark.parametrize("raw", [b"two words: x", b"n\xc3\xa4me: x", b"no colon"])
def test_what_is_no_name_of_a_header_is_left_out(raw: bytes) -> None:
    assert {} == FastClient._parse_header_lines(raw)
