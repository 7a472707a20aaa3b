"""Folding a batch: what comes twice, out of order, broken, too new, or not at all."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kinolog.catalog.domain.errors import Unstorable, UpgradeNeeded
from kinolog.catalog.domain.folding import NOBODY, Entry, Key, entries_after, fold_entries
from kinolog.catalog.domain.storable import storable
from kinolog.common.aggregates import PROJECT, Job, Project
from kinolog.common.aggregates.base import unborn
from kinolog.common.errors import LogCorrupt
from kinolog.common.events.project import ProjectCreated, ProjectUpdated
from kinolog.common.fields import INT64_MAX
from kinolog.common.ids import new_id
from kinolog.common.log import Batch, Unreadable, load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, created

PROJECT_ID = "prj_" + "1" * 32
KEY = Key("project", PROJECT_ID)


def broken(
    sequence: int, *, subject: str = f"evt.project.{PROJECT_ID}.1.created", is_newer: bool = False
) -> Unreadable:
    return Unreadable(sequence, subject, "the body is not a JSON object", is_newer=is_newer)


async def three_entries() -> tuple[Entry, ...]:
    log = MemoryLog()
    for name in ("one", "two", "three"):
        await created(log, name)
    batch: Batch = await log.scan(0, 10)
    return batch.entries


async def test_entries_are_put_in_order_and_taken_once() -> None:
    one, two, three = await three_entries()
    assert [two, three] == entries_after(1, [three, one, two, three, two])


async def test_a_missing_entry_stops_the_catalog() -> None:
    one, _, three = await three_entries()
    with pytest.raises(LogCorrupt, match="entry 2"):
        entries_after(0, [one, three])


def test_an_event_of_a_newer_release_stops_the_catalog() -> None:
    with pytest.raises(UpgradeNeeded, match="entry 1"):
        entries_after(0, [broken(1, is_newer=True)])


async def test_the_fold_of_a_batch_is_the_fold_of_its_aggregates() -> None:
    log = MemoryLog()
    project_id = await created(log, "Old")
    await log.append((await load(log, PROJECT, project_id)).changes(ProjectUpdated(name="New")), ORIGIN)
    fold = fold_entries((await log.scan(0, 10)).entries, {}, set())
    assert {Key("project", project_id): await load(log, PROJECT, project_id)} == fold.changed


async def test_an_unreadable_event_freezes_its_aggregate_and_no_other() -> None:
    log = MemoryLog()
    await log.append_raw(f"evt.project.{PROJECT_ID}.1.created", {}, b"broken")
    other = await created(log, "Other")
    entries = (await log.scan(0, 10)).entries
    fold = fold_entries(entries, {}, set())
    assert ([KEY], {Key("project", other)}) == ([entry.key for entry in fold.quarantined], set(fold.changed))


async def test_later_events_of_a_frozen_aggregate_are_put_aside_too() -> None:
    log = MemoryLog()
    await log.append(
        unborn(PROJECT, PROJECT_ID).changes(ProjectCreated(name="One"), ProjectUpdated(name="Two")), ORIGIN
    )
    fold = fold_entries((await log.scan(0, 10)).entries, {}, {KEY})
    assert ([1, 2], {}) == ([entry.sequence for entry in fold.quarantined], fold.changed)


def test_a_message_that_names_no_aggregate_freezes_none() -> None:
    fold = fold_entries([broken(1, subject="evt.nonsense")], {}, set())
    assert [NOBODY] == [entry.key for entry in fold.quarantined]


async def test_an_id_that_is_none_of_ours_is_put_aside() -> None:
    log = MemoryLog()
    await log.append(unborn(PROJECT, "x" * 4_000).changes(ProjectCreated(name="One")), ORIGIN)
    fold = fold_entries((await log.scan(0, 10)).entries, {}, set())
    assert (1, {}) == (len(fold.quarantined), fold.changed)


def a_project(**changes: Any) -> Project:
    values = {"id": PROJECT_ID, "name": "A project", "created_at": NOON, "updated_at": NOON}
    return Project(**{**values, **changes})


def a_job(**changes: Any) -> Job:
    values: dict[str, Any] = {
        "id": new_id("job"),
        "type": "trim",
        "queue": "render",
        "input_data": {},
        "correlation_id": "cor",
        "created_by": "me",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Job(**{**values, **changes})


def test_characters_that_no_database_holds_are_replaced() -> None:
    job = a_job(input_data={"a\0": ["\ud800", {"b": "\0"}]})
    assert {"a\ufffd": ["\ufffd", {"b": "\ufffd"}]} == storable(job).input_data


def test_a_time_is_kept_in_utc() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert NOON.isoformat() == storable(a_project(created_at=there)).created_at.isoformat()


def test_what_can_be_stored_as_it_is_stays_the_same_object() -> None:
    project = a_project()
    assert project is storable(project)


def nested(levels: int) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for _ in range(levels):
        content = {"in": content}
    return content


@pytest.mark.parametrize(
    "changes",
    [
        {"priority": INT64_MAX + 1},
        {"input_data": {"x": float("nan")}},
        {"lease_seconds": float("inf")},
        {"not_before": datetime(2026, 11, 21)},  # noqa: DTZ001
        {"input_data": nested(500)},
    ],
)
def test_what_no_column_can_hold_is_refused_with_the_name_of_its_field(changes: dict[str, Any]) -> None:
    with pytest.raises(Unstorable, match=next(iter(changes))):
        storable(a_job(**changes))


async def test_an_event_whose_state_cannot_be_stored_is_put_aside() -> None:
    log = MemoryLog()
    headers = {"ce-type": "job.queued", "ce-dataversion": "1", "ce-id": "evt_1", "ce-time": NOON.isoformat()}
    headers |= {"ce-source": "test", "ce-actor": "me", "ce-correlationid": "c"}
    submission = f'{{"type": "trim", "input_data": {{}}, "queue": "render", "priority": {10**30}}}'
    body = f'{{"queue": "render", "lane": 0, "submission": {submission}}}'
    await log.append_raw(f"evt.job.{new_id('job')}.1.queued.render.0", headers, body.encode())
    fold = fold_entries((await log.scan(0, 10)).entries, {}, set())
    assert ["priority is beyond 64 bits"] == [entry.reason for entry in fold.quarantined]


async def test_a_body_nested_without_end_is_put_aside() -> None:
    log = MemoryLog()
    headers = {"ce-type": "project.created", "ce-dataversion": "1", "ce-id": "evt_1", "ce-time": NOON.isoformat()}
    headers |= {"ce-source": "test", "ce-actor": "me", "ce-correlationid": "c"}
    await log.append_raw(f"evt.project.{PROJECT_ID}.1.created", headers, b"[" * 100_000)
    fold = fold_entries((await log.scan(0, 10)).entries, {}, set())
    assert [KEY] == [entry.key for entry in fold.quarantined]
