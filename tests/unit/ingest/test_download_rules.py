"""What is made of what servers say, and of bytes that come in pieces."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.errors import PassingError, PermanentError
from kinolog.ingest.adapters.http_answer import first_byte, refusal, refuse_encoded, source_of
from kinolog.ingest.adapters.pace import Pace, Speed, Throttle, TooSlow
from kinolog.ingest.domain.fetching import Checkpoint, Fingerprint, Source
from kinolog.ingest.domain.identities import label
from kinolog.ingest.domain.pieces import Received
from kinolog.ingest.settings import IngestSettings

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
URL = "https://example.com/a/film.mp4?x=1"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("film.mp4", "film.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\films\\film.mp4", "film.mp4"),
        ("a/b/", "b"),
        ("fi\u202elm\x00.mp4\n", "film.mp4"),
        ("  ..film.. ", "film"),
        ("", "download"),
        ("..", "download"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_name_given_by_others_becomes_a_plain_label(name: str, expected: str) -> None:
    assert expected == label(name)


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ("", "film.mp4"),
        ("attachment", "film.mp4"),
        ('attachment; filename="Ferien 1.mp4"', "Ferien 1.mp4"),
        ("attachment; filename*=UTF-8''%C3%BCber.mp4", "über.mp4"),
        ("attachment; filename*=nonsense''%FF.mp4", "ÿ.mp4"),
    ],
)
def test_a_file_is_called_as_the_server_says_or_like_its_address(disposition: str, expected: str) -> None:
    assert expected == source_of(URL, 200, {"content-disposition": disposition}).filename


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"etag": '"1"', "last-modified": "yesterday"}, '"1"'),
        ({"etag": 'W/"1"', "last-modified": "yesterday"}, "yesterday"),
        ({"etag": 'W/"1"'}, None),
        ({"etag": '"ü"'}, None),
        ({"etag": f'"{"x" * 1_000}"'}, None),
        ({}, None),
    ],
)
def test_only_what_promises_equal_bytes_tells_files_apart(headers: dict[str, str], validator: str | None) -> None:
    assert validator == source_of(URL, 200, headers).validator


@pytest.mark.parametrize(
    ("status", "headers", "total"),
    [
        (200, {"content-length": "10"}, 10),
        (200, {"content-length": "-1"}, None),
        (200, {"content-length": "9" * 30}, None),
        (206, {"content-length": "5", "content-range": "bytes 5-9/10"}, 10),
        (206, {"content-length": "5", "content-range": "bytes 5-9/*"}, None),
        (206, {"content-range": "lines 5-9/10"}, None),
    ],
)
def test_the_size_of_the_whole_is_known_from_either_header(
    status: int, headers: dict[str, str], total: int | None
) -> None:
    assert total == source_of(URL, status, headers).total_bytes


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0", None),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 12:00:30 -0000", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", None),
        ("Sat, 21 Nov 2099 11:00:00 GMT", 60.0),
        ("9" * 17, 60.0),
    ],
)
def test_a_server_says_when_to_come_back_within_limits(said: str, seconds: float | None) -> None:
    error = refusal(503, {"retry-after": said}, now=NOON, longest_wait_seconds=60)
    assert isinstance(error, PassingError)
    assert seconds == error.retry_in_seconds


@given(st.text(max_size=60), st.sampled_from([200, 206, 503]))
def test_no_header_can_break_the_reading_of_it(text: str, status: int) -> None:
    names = ("content-disposition", "content-length", "content-range", "etag", "retry-after")
    headers = dict.fromkeys(names, " ".join(text.splitlines()))
    source_of(URL, status, headers)
    first_byte(headers)
    refusal(status, headers, now=NOON, longest_wait_seconds=60)


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "GZIP"])
def test_a_packed_answer_is_refused(encoding: str) -> None:
    with pytest.raises(PermanentError, match="packs"):
        refuse_encoded({"content-encoding": encoding})


def test_a_checkpoint_comes_back_as_it_was_for_its_own_url_alone() -> None:
    others = (Received(20, 5, 77),)
    checkpoint = Checkpoint(Source(URL, '"1"', 100, "film.mp4"), 2, Fingerprint(5, "a" * 64), 10, others)
    state = json.loads(json.dumps(checkpoint.state()))
    assert (checkpoint, None) == (Checkpoint.of(state, URL), Checkpoint.of(state, "other"))


@pytest.mark.parametrize("state", [None, {}, {"playlist": 3}, {"source": {}, "attempt": 1, "received": {}}])
def test_a_checkpoint_of_another_shape_is_none(state: dict[str, Any] | None) -> None:
    assert Checkpoint.of(state, URL) is None


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_is_fast_enough_over_each_window_goes_on() -> None:
    pace = Pace(lowest_bytes_per_second=10, window_seconds=10)
    for _ in range(5):
        pace.note(100, waited_seconds=10)


def test_a_fast_beginning_does_not_excuse_a_slow_window() -> None:
    pace = Pace(lowest_bytes_per_second=10, window_seconds=10)
    pace.note(1_000_000, waited_seconds=10)
    pace.note(1, waited_seconds=9)
    with pytest.raises(TooSlow, match="10 bytes a second"):
        pace.note(98, waited_seconds=1)


def test_speed_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    speed = Speed(clock)
    for size_bytes in [1_000_000] * 10 + [500] * 30:
        clock.now += 1
        speed.note(size_bytes)
    assert 500 == speed.bytes_per_second


def test_speed_is_unknown_before_anything_came() -> None:
    assert Speed(Clock()).bytes_per_second is None


async def test_all_who_take_bytes_share_one_limit() -> None:
    clock = asyncio.get_running_loop().time
    throttle, began = Throttle(clock, 1_000), clock()
    await asyncio.gather(*(throttle.take(50) for _ in range(4)))
    assert 0.2 <= clock() - began


def test_networks_and_ports_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_INGEST_ALLOWED_NETWORKS", "10.0.0.0/8, fd00::/8")
    monkeypatch.setenv("KINOLOG_INGEST_ALLOWED_PORTS", "80,443, 8080")
    settings = IngestSettings()
    networks = [str(network) for network in settings.ingest_allowed_networks]
    assert (["10.0.0.0/8", "fd00::/8"], (80, 443, 8080)) == (networks, settings.ingest_allowed_ports)


@pytest.mark.parametrize("wrong", [{"INGEST_ALLOWED_NETWORKS": "10.0.0.1/8"}, {"INGEST_ALLOWED_PORTS": "0"}])
def test_a_setting_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]) -> None:
    for name, value in wrong.items():
        monkeypatch.setenv(f"KINOLOG_{name}", value)
    with pytest.raises(ValueError, match=r"ingest_allowed_(networks|ports)"):
        IngestSettings()
