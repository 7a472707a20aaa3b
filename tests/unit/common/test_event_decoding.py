"""Stored bodies become events again, through upcasts where they are old, and bad ones are told apart."""

from typing import Any

import pytest

from kinolog.common.errors import BadEvent, NewerEvent, UnknownEvent
from kinolog.common.events import Metadata, base
from kinolog.common.events.base import Event, decode, decode_json, upcast
from kinolog.common.events.envelope import from_stored, to_body, to_headers
from kinolog.common.events.project import ProjectCreated
from kinolog.common.testing.examples import NOON


@pytest.fixture
def film_measured(monkeypatch: pytest.MonkeyPatch) -> type[Event]:
    """An event that has come to its third version: minutes, then seconds, then milliseconds."""
    monkeypatch.setattr(base, "_CLASSES", {})
    monkeypatch.setattr(base, "_UPCASTS", {})

    class FilmMeasured(Event, type="example.film_measured", version=3):
        milliseconds: int

    @upcast("example.film_measured", from_version=1)
    def minutes_to_seconds(body: dict[str, Any]) -> dict[str, Any]:
        return {"seconds": body["minutes"] * 60}

    @upcast("example.film_measured", from_version=2)
    def seconds_to_milliseconds(body: dict[str, Any]) -> dict[str, Any]:
        return {"milliseconds": body["seconds"] * 1000}

    return FilmMeasured


METADATA = Metadata(
    event_id="evt_1",
    occurred_at=NOON,
    source="gateway",
    actor="user:ann",
    correlation_id="cor_1",
    causation_id="evt_0",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
SUBJECT = "evt.project.prj_1.1.created"
EVENT = ProjectCreated(name="Ferien")


@pytest.mark.parametrize(
    ("version", "body"), [(1, {"minutes": 2}), (2, {"seconds": 120}), (3, {"milliseconds": 120000})]
)
def test_every_older_version_is_lifted_to_todays(
    film_measured: type[Event], version: int, body: dict[str, Any]
) -> None:
    assert film_measured.model_validate({"milliseconds": 120000}) == decode("example.film_measured", version, body)


def test_a_version_of_a_newer_release_is_not_guessed_at() -> None:
    with pytest.raises(NewerEvent, match="upgrade"):
        decode("project.created", 2, {"name": "x"})


def test_an_unknown_type_is_told() -> None:
    with pytest.raises(UnknownEvent, match=r"project\.exploded"):
        decode("project.exploded", 1, {})


def test_a_body_that_does_not_fit_is_told() -> None:
    with pytest.raises(BadEvent, match="name"):
        decode("project.created", 1, {"name": 5})


def test_what_is_wrong_with_a_body_is_told_in_one_line_without_the_value() -> None:
    with pytest.raises(BadEvent) as bad:
        decode("project.created", 1, {"name": ["a secret"]})
    assert bad.value.reason == "name: Input should be a valid string"


def test_of_a_body_with_many_faults_the_first_are_told() -> None:
    wrong = {"name": 5, "sha256": 5, "filename": 5, "duration_seconds": "x", "project_id": 5, "content": 5}
    with pytest.raises(BadEvent) as bad:
        decode("video.registered", 1, wrong)
    assert (5, True) == (bad.value.reason.count(": "), bad.value.reason.endswith(" more"))


def test_bytes_that_are_no_text_are_told_without_repeating_them() -> None:
    with pytest.raises(BadEvent) as bad:
        from_stored(1, SUBJECT, to_headers(EVENT, METADATA), b'{"name": "\xff' + 1000 * b"x" + b'"}')
    assert len(bad.value.reason) < 120


def test_a_field_that_a_newer_release_added_is_ignored() -> None:
    assert EVENT == decode("project.created", 1, {"name": "Ferien", "colour": "red"})


def test_an_event_survives_the_envelope() -> None:
    recorded = from_stored(7, SUBJECT, to_headers(EVENT, METADATA), to_body(EVENT))
    assert (7, EVENT, METADATA) == (recorded.sequence, recorded.event, recorded.metadata)


def test_the_headers_are_those_of_cloudevents() -> None:
    headers = to_headers(EVENT, METADATA)
    assert ("1.0", "evt_1", "project.created", "gateway") == tuple(
        headers[name] for name in ("ce-specversion", "ce-id", "ce-type", "ce-source")
    )


@pytest.mark.parametrize(
    ("subject", "headers", "body"),
    [
        (SUBJECT, {}, b"{}"),
        (SUBJECT, {"ce-dataversion": "one"}, b"{}"),
        (SUBJECT, to_headers(EVENT, METADATA), b"{not json"),
        (SUBJECT, to_headers(EVENT, METADATA), b"[]"),
        (SUBJECT, to_headers(EVENT, METADATA), b"\xff\xfe"),
        (SUBJECT, to_headers(EVENT, METADATA) | {"ce-time": "yesterday"}, b"{}"),
        (SUBJECT, to_headers(EVENT, METADATA) | {"ce-time": "2026-11-21T12:00:00"}, to_body(EVENT)),
        ("evt.project.prj_1.one.created", to_headers(EVENT, METADATA), to_body(EVENT)),
        ("evt.project", to_headers(EVENT, METADATA), to_body(EVENT)),
        ("evt.video.vid_1.1.registered", to_headers(EVENT, METADATA), to_body(EVENT)),
    ],
    ids=[
        "no headers",
        "version",
        "cut json",
        "no object",
        "encoding",
        "time",
        "time zone",
        "subject version",
        "short",
        "mismatch",
    ],
)
def test_a_broken_message_is_told_and_never_half_an_event(subject: str, headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadEvent):
        from_stored(1, subject, headers, body)


NEWER = to_headers(EVENT, METADATA) | {"ce-dataversion": "2"}


@pytest.mark.parametrize(
    ("subject", "headers", "body"),
    [
        (SUBJECT, NEWER, b"\x00 binary"),
        (SUBJECT, NEWER, b"[]"),
        (SUBJECT, NEWER | {"ce-time": "yesterday"}, to_body(EVENT)),
        (f"{SUBJECT}.extra", {"ce-type": "project.created", "ce-dataversion": "2"}, to_body(EVENT)),
        ("evt.project", NEWER, to_body(EVENT)),
    ],
    ids=["no json", "no object", "time", "few headers", "subject"],
)
def test_whatever_a_newer_release_writes_differently_it_is_told_as_newer(
    subject: str, headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(NewerEvent, match="upgrade"):
        from_stored(1, subject, headers, body)


def test_a_newer_event_in_a_body_that_is_no_object_is_told_as_newer() -> None:
    with pytest.raises(NewerEvent, match="upgrade"):
        decode_json("project.created", 2, b"[]")
