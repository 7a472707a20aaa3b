"""Trouble with NATS is told when it begins, ever more rarely while it lasts, and once when it is over."""

import pytest
from nats.errors import AuthorizationError, Error, UnexpectedEOF
from structlog.testing import capture_logs

from kinolog.common.errors import NotLetIn
from kinolog.common.log.watch import Watch, shown_address

ADDRESS = "nats://nats:4222"
REFUSED = ConnectionRefusedError(111, "Connect call failed")


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(clock: Clock) -> Watch:
    return Watch("render", ADDRESS, clock)


def away(watch: Watch, clock: Clock, seconds: int) -> None:
    """As nats-py tries: five times a second."""
    for _ in range(5 * seconds):
        watch.error(REFUSED, is_connected=False)
        clock.seconds += 0.2


def test_a_server_that_is_away_is_told_at_once_and_then_ever_more_rarely(watch: Watch, clock: Clock) -> None:
    with capture_logs() as told:
        away(watch, clock, 600)
    assert 13 == len(told)
    assert {("render", ADDRESS)} == {(line["connection"], line["address"]) for line in told}


def test_a_server_that_breaks_off_is_given_time_to_say_that_it_refuses(watch: Watch, clock: Clock) -> None:
    with capture_logs() as told:
        watch.error(ConnectionResetError(104, "Connection reset by peer"), is_connected=False)
        assert [] == told
        clock.seconds = 5.0
        watch.error(ConnectionResetError(104, "Connection reset by peer"), is_connected=False)
    assert ["NATS cannot be reached; trying on"] == [line["event"] for line in told]


def test_a_server_that_comes_is_told_once(watch: Watch, clock: Clock) -> None:
    away(watch, clock, 1)
    with capture_logs() as told:
        watch.connected()
    assert ["Connected to NATS"] == [line["event"] for line in told]


def test_a_server_that_was_there_at_once_is_not_told(watch: Watch) -> None:
    with capture_logs() as told:
        watch.connected()
    assert [] == told


def test_a_short_loss_is_told_in_one_line_with_its_cause_and_one_at_its_end(watch: Watch, clock: Clock) -> None:
    watch.connected()
    with capture_logs() as told:
        watch.error(UnexpectedEOF(), is_connected=True)
        watch.lost()
        away(watch, clock, 4)
        watch.connected()
    assert [("Lost the connection to NATS", repr(UnexpectedEOF())), ("Connected to NATS", None)] == [
        (line["event"], line.get("error")) for line in told
    ]


def test_each_loss_is_told_anew(watch: Watch, clock: Clock) -> None:
    watch.connected()
    with capture_logs() as told:
        for _ in range(2):
            watch.lost()
            away(watch, clock, 6)
            watch.connected()
    assert 2 * ["Lost the connection to NATS", "NATS cannot be reached; trying on", "Connected to NATS"] == [
        line["event"] for line in told
    ]


REFUSALS = [AuthorizationError(), Error("nats: 'Authorization Violation'")]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_wrong_password_at_the_beginning_names_the_settings(watch: Watch, refusal: Exception) -> None:
    with pytest.raises(NotLetIn, match=r"nats://nats:4222.*KINOLOG_NATS_USER.*KINOLOG_NATS_PASSWORD"):
        watch.error(refusal, is_connected=False)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_password_that_becomes_wrong_is_told_rarely(watch: Watch, refusal: Exception) -> None:
    watch.connected()
    with capture_logs() as told:
        watch.error(refusal, is_connected=True)
        watch.lost()
        watch.error(refusal, is_connected=False)
    assert [("Lost the connection to NATS", repr(refusal))] == [(line["event"], line["error"]) for line in told]


def test_an_error_that_does_not_end_the_connection_is_told(watch: Watch) -> None:
    watch.connected()
    with capture_logs() as told:
        watch.error(Error("nats: permissions violation"), is_connected=True)
    assert ["NATS reported an error"] == [line["event"] for line in told]


@pytest.mark.parametrize(
    ("nats_url", "shown"),
    [
        ("nats://ann:secret@one:4222,nats://ann:sec@ret@two:4222", "nats://one:4222, nats://two:4222"),
        ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222"),
        ("secret@one", "one"),
    ],
)
def test_an_address_is_shown_without_its_password(nats_url: str, shown: str) -> None:
    assert shown == shown_address(nats_url)
