"""One suite over both logs: the one on JetStream and its double in memory."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinolog.common.aggregates import PROJECT, VIDEO, Change
from kinolog.common.aggregates.base import unborn
from kinolog.common.errors import Conflict, LogCorrupt, Refused
from kinolog.common.events import Event, RecordedEvent
from kinolog.common.events.project import ProjectCreated, ProjectUpdated
from kinolog.common.events.video import VideoUpdated
from kinolog.common.ids import new_id
from kinolog.common.log import Batch, EventLog, Origin, load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing import NatsServer, provisioned_log

ORIGIN = Origin(source="test", actor="user:test", correlation_id="c-1")


@pytest.fixture(params=["memory", "jetstream"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    if request.param == "memory":
        yield MemoryLog()
        return
    with NatsServer(tmp_path) as server:
        async with provisioned_log(server.url) as jetstream:
            yield jetstream


def first(project_id: str, name: str = "One") -> list[Change]:
    return unborn(PROJECT, project_id).changes(ProjectCreated(name=name))


async def rename(log: EventLog, project_id: str, name: str) -> int:
    loaded = await load(log, PROJECT, project_id)
    return await log.append(loaded.changes(ProjectUpdated(name=name)), ORIGIN)


async def take(log: EventLog, after: int, count: int) -> list[RecordedEvent]:
    entries: list[RecordedEvent] = []
    async for batch in log.tail(after):
        entries += [entry for entry in batch.entries if isinstance(entry, RecordedEvent)]
        if len(entries) >= count:
            return entries
    raise AssertionError("a tail has no end")


def types(batch: Batch) -> list[str]:
    return [entry.event.event_type for entry in batch.entries if isinstance(entry, RecordedEvent)]


async def test_the_first_event_of_a_log_has_sequence_one(log: EventLog) -> None:
    assert 1 == await log.append(first(new_id("prj")), ORIGIN)


async def test_a_loaded_aggregate_is_the_fold_of_its_events(log: EventLog) -> None:
    project_id = new_id("prj")
    await log.append(first(project_id, "Old"), ORIGIN)
    await rename(log, project_id, "New")
    loaded = await load(log, PROJECT, project_id)
    assert ("New", 2, 2) == (loaded.require().name, loaded.sequence, loaded.version)


async def test_metadata_survives_the_log(log: EventLog) -> None:
    project_id = new_id("prj")
    await log.append(first(project_id), ORIGIN)
    metadata = (await log.read("project", project_id))[0].metadata
    assert ("test", "user:test", "c-1") == (metadata.source, metadata.actor, metadata.correlation_id)


async def test_what_is_told_later_keeps_the_time_at_which_it_happened(log: EventLog) -> None:
    project_id, at = new_id("prj"), datetime(2019, 3, 1, 12, tzinfo=UTC)
    await log.append(first(project_id), replace(ORIGIN, occurred_at=at))
    assert at == (await log.read("project", project_id))[0].occurred_at


async def test_an_aggregate_without_events_does_not_exist(log: EventLog) -> None:
    loaded = await load(log, PROJECT, new_id("prj"))
    assert (False, 0) == (loaded.exists, loaded.sequence)


async def test_a_stale_writer_is_refused_and_nothing_is_written(log: EventLog) -> None:
    project_id = new_id("prj")
    await log.append(first(project_id), ORIGIN)
    with pytest.raises(Conflict):
        await log.append(first(project_id, "Again"), ORIGIN)
    assert 1 == await log.last_sequence()


async def test_of_many_writers_of_one_version_exactly_one_wins(log: EventLog) -> None:
    project_id = new_id("prj")
    attempts = [log.append(first(project_id, f"Writer {number}"), ORIGIN) for number in range(16)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert [1] == [outcome for outcome in outcomes if not isinstance(outcome, Conflict)]


async def test_writers_of_other_aggregates_do_not_conflict(log: EventLog) -> None:
    sequences = await asyncio.gather(*(log.append(first(new_id("prj")), ORIGIN) for _ in range(16)))
    assert list(range(1, 17)) == sorted(sequences)


async def test_a_batch_over_several_aggregates_appears_whole(log: EventLog) -> None:
    one, two = new_id("prj"), new_id("prj")
    assert 2 == await log.append([*first(one), *first(two)], ORIGIN)
    assert (await load(log, PROJECT, one)).exists
    assert (await load(log, PROJECT, two)).exists


async def test_a_batch_with_one_stale_part_writes_nothing(log: EventLog) -> None:
    taken, fresh = new_id("prj"), new_id("prj")
    await log.append(first(taken), ORIGIN)
    with pytest.raises(Conflict):
        await log.append([*first(fresh), *first(taken)], ORIGIN)
    assert not (await load(log, PROJECT, fresh)).exists


async def test_a_batch_may_hold_several_events_of_one_aggregate(log: EventLog) -> None:
    project_id = new_id("prj")
    events: list[Event] = [ProjectCreated(name="One"), ProjectUpdated(name="Two"), ProjectUpdated(name="Three")]
    await log.append(unborn(PROJECT, project_id).changes(*events), ORIGIN)
    loaded = await load(log, PROJECT, project_id)
    assert ("Three", 3) == (loaded.require().name, loaded.version)


async def test_an_aggregate_is_loaded_as_of_a_sequence(log: EventLog) -> None:
    project_id = new_id("prj")
    before = await log.append(first(project_id, "Old"), ORIGIN)
    await rename(log, project_id, "New")
    assert "Old" == (await load(log, PROJECT, project_id, as_of=before)).require().name


async def test_an_aggregate_is_loaded_as_of_a_time(log: EventLog) -> None:
    project_id = new_id("prj")
    await log.append(first(project_id), ORIGIN)
    earlier = datetime.now(UTC) - timedelta(hours=1)
    assert not (await load(log, PROJECT, project_id, as_of=earlier)).exists


async def test_an_aggregate_of_more_than_a_thousand_events_loads(log: EventLog) -> None:
    project_id = new_id("prj")
    await log.append(first(project_id), ORIGIN)
    for start in range(0, 1_100, 275):
        loaded = await load(log, PROJECT, project_id)
        await log.append(loaded.changes(*(ProjectUpdated(name=f"{start + n}") for n in range(275))), ORIGIN)
    loaded = await load(log, PROJECT, project_id)
    assert ("1099", 1_101) == (loaded.require().name, loaded.version)


async def test_an_event_that_is_too_large_is_refused_with_all_that_came_with_it(log: EventLog) -> None:
    small, large = new_id("prj"), new_id("prj")
    with pytest.raises(Refused, match=r"project\.created would have"):
        await log.append([*first(small), *first(large, "x" * 300_000)], ORIGIN)
    assert 0 == await log.last_sequence()


async def test_a_scan_gives_a_page_and_says_whether_more_follows(log: EventLog) -> None:
    for _ in range(3):
        await log.append(first(new_id("prj")), ORIGIN)
    page, rest = await log.scan(0, 2), await log.scan(2, 2)
    assert (2, False, 1, True) == (len(page.entries), page.is_caught_up, len(rest.entries), rest.is_caught_up)


async def test_a_scan_beyond_the_end_is_empty(log: EventLog) -> None:
    assert Batch((), is_caught_up=True) == await log.scan(0, 10)


async def test_a_tail_gives_what_was_there_and_what_comes(log: EventLog) -> None:
    await log.append(first(new_id("prj")), ORIGIN)
    following = asyncio.create_task(take(log, 0, 2))
    await log.append(first(new_id("prj")), ORIGIN)
    assert [1, 2] == [entry.sequence for entry in await following]


async def test_a_tail_starts_after_the_given_sequence(log: EventLog) -> None:
    for _ in range(3):
        await log.append(first(new_id("prj")), ORIGIN)
    assert [3] == [entry.sequence for entry in await take(log, 2, 1)]


async def test_a_tail_is_complete_and_in_order(log: EventLog) -> None:
    await asyncio.gather(*(log.append(first(new_id("prj")), ORIGIN) for _ in range(1_200)))
    assert list(range(1, 1_201)) == [entry.sequence for entry in await take(log, 0, 1_200)]


async def test_a_tail_tells_which_stream_it_follows(log: EventLog) -> None:
    await log.append(first(new_id("prj")), ORIGIN)
    async for batch in log.tail(0):
        assert (await log.checkpoint(1)).stream_created == batch.stream_created
        break


async def test_the_worker_that_wrote_is_the_last_token_of_the_subject(log: EventLog) -> None:
    video_id = new_id("vid")
    changes = unborn(VIDEO, video_id).changes(VideoUpdated(title="x"), written_by="render")
    await log.append(changes, ORIGIN)
    assert f"evt.video.{video_id}.1.updated.render" == str((await log.read("video", video_id))[0].subject)


async def test_a_checkpoint_of_this_log_is_verified(log: EventLog) -> None:
    sequence = await log.append(first(new_id("prj")), ORIGIN)
    await log.append(first(new_id("prj")), ORIGIN)
    await log.verify(await log.checkpoint(sequence))


@pytest.mark.parametrize(
    "change", [{"stream_created": "another"}, {"event_id": "evt_other"}, {"sequence": 99}], ids=lambda c: next(iter(c))
)
async def test_a_checkpoint_of_another_log_is_corruption(log: EventLog, change: dict[str, object]) -> None:
    checkpoint = await log.checkpoint(await log.append(first(new_id("prj")), ORIGIN))
    with pytest.raises(LogCorrupt):
        await log.verify(replace(checkpoint, **change))  # type: ignore[arg-type]


async def test_births_are_the_first_events_of_one_kind(log: EventLog) -> None:
    project_ids = [new_id("prj"), new_id("prj")]
    for project_id in project_ids:
        await log.append(first(project_id), ORIGIN)
        await log.append(unborn(VIDEO, new_id("vid")).changes(VideoUpdated(title="Other")), ORIGIN)
    await rename(log, project_ids[0], "Two")
    births = await log.births("project")
    assert project_ids == [each.subject.id for each in births if isinstance(each, RecordedEvent)]


async def test_nothing_is_born_in_an_empty_log(log: EventLog) -> None:
    assert [] == await log.births("project")
