"""The headers that describe an event are read the quick way, and are what reading all headers tells."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nats.aio.client import Client

from kinolog.common.events import Metadata
from kinolog.common.events.envelope import to_headers
from kinolog.common.events.project import ProjectCreated
from kinolog.common.log import headers as module
from kinolog.common.log.arrival import Arrival
from kinolog.common.log.headers import read_event_headers, read_headers, written_headers
from kinolog.common.testing.examples import NOON

METADATA = Metadata(
    event_id="evt_1", occurred_at=NOON, source="gateway", actor="user:ann", correlation_id="cor_1", causation_id="evt_0"
)
FOR_THE_SERVER = {"Nats-Msg-Id": "evt_1", "Nats-Expected-Last-Subject-Sequence": "0"}
pieces = st.sampled_from(
    ["\r\n", "\n", "\r", " ", ":", "ce-id: x\r\n", "Nats-Msg-Id: x\r\n", "\u00e9", "\u2028", "Nats-"]
)


def as_stored(metadata: Metadata) -> bytes:
    return written_headers(to_headers(ProjectCreated(name="Ferien"), metadata) | FOR_THE_SERVER)


def as_events_are_described(raw: bytes | None) -> dict[str, str]:
    return {name: value for name, value in (read_headers(raw) or {}).items() if not name.startswith("Nats-")}


@pytest.mark.parametrize("causation_id", [None, "evt_0"])
@pytest.mark.parametrize("traceparent", [None, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
def test_what_we_write_is_read_the_quick_way(
    causation_id: str | None, traceparent: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = as_stored(replace(METADATA, causation_id=causation_id, traceparent=traceparent))
    expected = as_events_are_described(raw)
    monkeypatch.setattr(module, "read_headers", lambda _: pytest.fail("took the long way"))
    assert expected == read_event_headers(raw)


@given(at=st.integers(0, 400), wedge=st.lists(pieces, max_size=3).map("".join))
@example(at=0, wedge="")
def test_whatever_else_comes_is_read_as_all_headers_are(at: int, wedge: str) -> None:
    text = as_stored(METADATA).decode()
    raw = (text[:at] + wedge + text[at:]).encode()
    told = read_event_headers(raw)
    assert as_events_are_described(raw) == {name: each for name, each in told.items() if not name.startswith("Nats-")}


@pytest.mark.parametrize(
    "raw",
    [
        b"NATS/1.0 503\r\n\r\n",
        b"NATS/1.0 404 No Messages\r\n\r\n",
        b"NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 7\r\nNats-Pending-Bytes: 0\r\n\r\n",
        b"NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 1\r\nNats-Last-Stream: 2\r\n\r\n",
        b"NATS/1.0\r\nName: value\r\n\r\n",
        b"NATS/1.0\r\n\r\n",
    ],
)
async def test_statuses_are_those_that_nats_py_reads(raw: bytes) -> None:
    assert await Client()._process_headers(raw) == read_headers(raw)


def test_only_what_the_server_says_is_a_status() -> None:
    status = Arrival("inbox", "", b"", b"NATS/1.0 404 No Messages\r\n\r\n").status
    header = Arrival("inbox", "", b"", b"NATS/1.0\r\nStatus: 404\r\n\r\n").status
    assert ("404", None, None) == (status, header, Arrival("inbox", "", b"", None).status)
