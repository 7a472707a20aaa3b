"""Group commit on a real nats-server, with every pair of appends worth a group: who wrote what, once, and where."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
from nats.aio.client import Client

from kinolog.common.aggregates import PROJECT, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.errors import Conflict, LogError
from kinolog.common.events import RecordedEvent
from kinolog.common.events.project import ProjectCreated
from kinolog.common.ids import new_id
from kinolog.common.log import EventLog
from kinolog.common.log import append_costs as costs_module
from kinolog.common.log.append_costs import Way
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import ORIGIN, a_video, created


@pytest.fixture
async def grouping_log(
    nats_client: Client,
    jetstream_log: JetStreamLog,
    service_settings: ServiceSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[JetStreamLog]:
    """A log that thinks groups are always cheaper."""
    monkeypatch.setattr(costs_module.AppendCosts, "cheaper", lambda _, appends: Way(["alone", "together"][appends > 1]))
    async with JetStreamLog.open(nats_client, nats_client, service_settings) as log:
        yield log


async def ids_at_sequences(log: EventLog) -> dict[int, str]:
    """The aggregate of every event in the log."""
    found: dict[int, str] = {}
    while batch := (await log.scan(len(found), 500)).entries:
        found |= {entry.sequence: entry.subject.id for entry in batch if isinstance(entry, RecordedEvent)}
    return found


async def create(log: EventLog, project_id: str) -> int:
    return await log.append(unborn(PROJECT, project_id).changes(ProjectCreated(name="x")), ORIGIN)


async def test_of_many_appends_each_learns_its_own_sequence(grouping_log: JetStreamLog) -> None:
    ids = [new_id("prj") for _ in range(200)]
    sequences = await asyncio.gather(*(create(grouping_log, project_id) for project_id in ids))
    assert dict(zip(sequences, ids, strict=True)) == await ids_at_sequences(grouping_log)


async def test_an_append_of_several_events_stays_whole_in_a_group(grouping_log: JetStreamLog) -> None:
    pairs = [(new_id("prj"), new_id("vid")) for _ in range(20)]

    async def both(project_id: str, video_id: str) -> int:
        changes = unborn(PROJECT, project_id).changes(ProjectCreated(name="x"))
        return await grouping_log.append([*changes, *unborn(VIDEO, video_id).changes(a_video())], ORIGIN)

    sequences = await asyncio.gather(*(both(*pair) for pair in pairs))
    found = await ids_at_sequences(grouping_log)
    assert pairs == [(found[sequence - 1], found[sequence]) for sequence in sequences]


async def test_one_stale_writer_hurts_none_of_its_neighbours(grouping_log: JetStreamLog) -> None:
    taken = await created(grouping_log)
    ids = [new_id("prj") for _ in range(25)] + [taken] + [new_id("prj") for _ in range(24)]
    outcomes = await asyncio.gather(*(create(grouping_log, each) for each in ids), return_exceptions=True)
    assert [taken] == [each for each, outcome in zip(ids, outcomes, strict=True) if isinstance(outcome, Conflict)]
    assert {*ids} == {*(await ids_at_sequences(grouping_log)).values()}


async def test_of_two_appends_to_one_aggregate_exactly_one_wins(grouping_log: JetStreamLog) -> None:
    contested = new_id("prj")
    ids = [new_id("prj"), contested, new_id("prj"), contested, new_id("prj")]
    outcomes = await asyncio.gather(*(create(grouping_log, each) for each in ids), return_exceptions=True)
    assert [Conflict] == [type(outcome) for outcome in outcomes if not isinstance(outcome, int)]
    assert 4 == len(await ids_at_sequences(grouping_log))


async def test_callers_that_give_up_take_nobody_with_them(grouping_log: JetStreamLog) -> None:
    ids = [new_id("prj") for _ in range(60)]
    calls = [asyncio.create_task(create(grouping_log, each)) for each in ids]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    sequences = await asyncio.gather(*calls[1::2])
    found = await ids_at_sequences(grouping_log)
    assert ids[1::2] == [found[sequence] for sequence in sequences]


async def create_again_and_again(log: EventLog, stop: asyncio.Event) -> dict[int, str]:
    """New projects one after another, over outages; what was acknowledged, by sequence."""
    acknowledged: dict[int, str] = {}
    while not stop.is_set():
        project_id = new_id("prj")
        try:
            acknowledged[await create(log, project_id)] = project_id
        except LogError:
            await asyncio.sleep(0.05)
    return acknowledged


async def _has_grown(log: JetStreamLog, beyond: int) -> bool:
    try:
        return await log.last_sequence() >= beyond
    except LogError:
        return False


async def test_groups_lose_and_double_nothing_when_the_server_is_killed(
    nats_server: NatsServer, grouping_log: JetStreamLog
) -> None:
    stop = asyncio.Event()
    writers = [asyncio.create_task(create_again_and_again(grouping_log, stop)) for _ in range(64)]
    for _ in range(3):
        seen = await grouping_log.last_sequence()
        await eventually(partial(_has_grown, grouping_log, seen + 500))
        nats_server.kill()
        nats_server.start()
    stop.set()
    acknowledged = [item for writer in writers for item in (await writer).items()]
    found = await ids_at_sequences(grouping_log)
    assert acknowledged == [(sequence, found.get(sequence)) for sequence, _ in acknowledged]
    assert len(found) == len({*found.values()})
