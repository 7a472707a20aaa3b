"""What a list may be asked for, and what it says to everything else."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from kinolog.catalog.domain.cursor import Place, read_cursor, write_cursor
from kinolog.catalog.domain.listing import LISTINGS, select
from kinolog.common.aggregates import Job, JobStatus, Video
from kinolog.common.audit.rows import DELETABLE
from kinolog.common.errors import Refused
from kinolog.common.ids import new_id
from kinolog.common.queries import ListName, ListQuery
from kinolog.common.testing.examples import NOON


def ask(name: ListName, **query: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        select(LISTINGS[name], ListQuery(**query))
    return refusal.value


def encoded(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_a_filter_becomes_the_value_of_its_field() -> None:
    selection = select(LISTINGS["jobs"], ListQuery(filters={"status": "failed"}))
    assert {"status": JobStatus.FAILED} == dict(selection.equals)


def test_the_deleted_are_asked_for_or_left_out() -> None:
    selections = [select(LISTINGS["videos"], ListQuery(deleted=deleted)) for deleted in (False, True)]
    assert [False, True] == [selection.equals["is_deleted"] for selection in selections]


def test_a_minus_turns_the_order_round() -> None:
    selections = [select(LISTINGS["projects"], ListQuery(sort=sort)) for sort in ("name", "-name")]
    assert [("name", False), ("name", True)] == [(each.order_by, each.is_descending) for each in selections]


@pytest.mark.parametrize(
    ("name", "query", "field"),
    [
        ("jobs", {"filters": {"status": "done"}}, "status"),
        ("jobs", {"filters": {"status": ["failed", "done"]}}, "status"),
        ("jobs", {"filters": {"worker": "w"}}, "worker"),
        ("projects", {"filters": {"name": "x"}}, "name"),
        ("videos", {"filters": {"is_clip": "true"}}, "is_clip"),
        ("videos", {"filters": {"project_id": True}}, "project_id"),
        ("videos", {"filters": {"sha256": True}}, "sha256"),
        ("videos", {"filters": {"content": "x"}}, "content"),
        ("jobs", {"sort": "started_at"}, "sort"),
        ("jobs", {"sort": "--created_at"}, "sort"),
        ("jobs", {"sort": ""}, "sort"),
        ("jobs", {"q": "x"}, "q"),
        ("jobs", {"deleted": True}, "deleted"),
    ],
)
def test_what_a_list_does_not_know_is_refused_by_name(name: ListName, query: dict[str, Any], field: str) -> None:
    refusal = ask(name, **query)
    assert ("validation", field) == (refusal.code, refusal.field)


def test_a_cursor_comes_back_as_it_went() -> None:
    place = Place(datetime(2026, 11, 21, 12, 0, 0, 123_456, tzinfo=UTC), new_id("job"))
    assert place == read_cursor(write_cursor("-created_at", place), "-created_at", Job)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!!!",
        "é",
        "AAAA",
        encoded({"sort": "-created_at"}),
        encoded(["-created_at", "2026-11-21T12:00:00Z"]),
        encoded(["-created_at", 7, "job_1"]),
        encoded(["-created_at", "2026-11-21T12:00:00", "job_1"]),
        encoded(["-created_at", "2026-11-21T12:00:00Z", None]),
        encoded(["-created_at", "2026-11-21T12:00:00Z", "job_1", "more"]),
        encoded(["-updated_at", "2026-11-21T12:00:00Z", "job_1"]),
        encoded([["-created_at"], "2026-11-21T12:00:00Z", "job_1"]),
        base64.urlsafe_b64encode(b"[" * 1_400).decode(),
    ],
)
def test_a_cursor_that_was_never_given_out_is_refused(cursor: str) -> None:
    refusal = ask("jobs", cursor=cursor)
    assert ("bad-cursor", "cursor") == (refusal.code, refusal.field)


def test_a_cursor_beyond_64_bits_is_refused() -> None:
    refusal = ask("jobs", sort="priority", cursor=encoded(["priority", 10**30, "job_1"]))
    assert "bad-cursor" == refusal.code


def test_a_cut_cursor_is_refused() -> None:
    cursor = write_cursor("-created_at", Place(NOON, new_id("vid")))
    with pytest.raises(Refused):
        read_cursor(cursor[:-9], "-created_at", Video)


def test_the_audit_asks_for_the_deleted_rows_of_every_list_that_has_some() -> None:
    assert {listing.kind for listing in LISTINGS.values() if listing.has_deletion} == DELETABLE
