"""The log on a nats-server that is killed, paused or replaced: what was acknowledged is there, once, in order."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from nats.aio.client import Client

from kinolog.common.aggregates import PROJECT
from kinolog.common.errors import LogCorrupt, LogError, LogUnavailable
from kinolog.common.events import RecordedEvent
from kinolog.common.events.project import ProjectUpdated
from kinolog.common.log import EventLog, load
from kinolog.common.log.connection import connect
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.log.port import Unreadable
from kinolog.common.log.provision import provision
from kinolog.common.settings import ServiceSettings
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import ORIGIN, created


async def rename_again_and_again(log: EventLog, project_id: str, stop: asyncio.Event) -> list[int]:
    """Append to one aggregate until told to stop; the sequences that were acknowledged."""
    acknowledged = []
    while not stop.is_set():
        loaded = await load(log, PROJECT, project_id)
        event = ProjectUpdated(name=f"name {loaded.version}")
        acknowledged.append(await log.append(loaded.changes(event), ORIGIN))
    return acknowledged


async def persistently(log: EventLog, project_id: str, stop: asyncio.Event) -> list[int]:
    """The same, by a writer that takes up again after an outage."""
    acknowledged: list[int] = []
    while not stop.is_set():
        try:
            acknowledged += await rename_again_and_again(log, project_id, stop)
        except LogError:
            await asyncio.sleep(0.05)
    return acknowledged


async def everything(log: EventLog) -> list[int]:
    last, sequences = await log.last_sequence(), list[int]()
    while len(sequences) < last:
        batch = await log.scan(len(sequences), 500)
        sequences += [entry.sequence for entry in batch.entries]
    return sequences


async def test_what_was_acknowledged_survives_kills_of_the_server(
    nats_server: NatsServer, jetstream_log: JetStreamLog
) -> None:
    stop = asyncio.Event()
    projects = [await created(jetstream_log) for _ in range(4)]
    writers = [asyncio.create_task(persistently(jetstream_log, project, stop)) for project in projects]
    for _ in range(3):
        seen = await jetstream_log.last_sequence()
        await eventually(partial(_has_grown, jetstream_log, seen + 40))
        nats_server.kill()
        nats_server.start()
    stop.set()
    acknowledged = [sequence for writer in writers for sequence in await writer]
    assert set(acknowledged) <= set(await everything(jetstream_log))
    assert len(acknowledged) == len(set(acknowledged))
    for project in projects:
        versions = [recorded.subject.version for recorded in await jetstream_log.read("project", project)]
        assert list(range(1, len(versions) + 1)) == versions


async def _has_grown(log: JetStreamLog, beyond: int) -> bool:
    try:
        return await log.last_sequence() >= beyond
    except LogUnavailable:
        return False


async def test_an_append_waits_out_a_restart_of_the_server(
    nats_server: NatsServer, jetstream_log: JetStreamLog
) -> None:
    nats_server.kill()
    appending = asyncio.create_task(created(jetstream_log, "Patient"))
    await asyncio.sleep(0)
    nats_server.start()
    assert "Patient" == (await load(jetstream_log, PROJECT, await appending)).require().name


async def test_an_append_to_a_frozen_server_ends_within_its_deadline(
    nats_server: NatsServer, nats_client: Client, jetstream_log: JetStreamLog
) -> None:
    async with JetStreamLog.open(nats_client, nats_client, ServiceSettings(log_deadline_seconds=0.5)) as impatient:
        nats_server.send(signal.SIGSTOP)
        try:
            with pytest.raises(LogError):
                async with asyncio.timeout(8):
                    await created(impatient)
        finally:
            nats_server.send(signal.SIGCONT)


async def test_a_tail_goes_on_after_a_kill_without_gap_or_double(
    nats_server: NatsServer, jetstream_log: JetStreamLog
) -> None:
    seen: list[int] = []

    async def follow() -> None:
        async for batch in jetstream_log.tail(0):
            seen.extend(entry.sequence for entry in batch.entries)

    following = asyncio.create_task(follow())
    await created(jetstream_log)
    await eventually(lambda: seen == [1])
    nats_server.kill()
    nats_server.start()
    for _ in range(20):
        await created(jetstream_log)
    await eventually(lambda: len(seen) >= 21)
    following.cancel()
    assert list(range(1, 22)) == seen


async def test_an_unreadable_message_is_passed_on_as_such(nats_client: Client, jetstream_log: JetStreamLog) -> None:
    await nats_client.request("evt.project.prj_x.1.created", b"not an event", timeout=2)
    await created(jetstream_log)
    batch = await jetstream_log.scan(0, 10)
    assert [Unreadable, RecordedEvent] == [type(entry) for entry in batch.entries]


async def test_provisioning_twice_changes_nothing(nats_client: Client, jetstream_log: JetStreamLog) -> None:
    await created(jetstream_log)
    await provision(nats_client, lease_seconds=2.0)
    assert 1 == await jetstream_log.last_sequence()


async def test_neither_deleting_nor_purging_the_log_is_possible(
    nats_client: Client, jetstream_log: JetStreamLog
) -> None:
    await created(jetstream_log)
    for verb, body in (("PURGE", b"{}"), ("MSG.DELETE", b'{"seq": 1}')):
        await nats_client.request(f"$JS.API.STREAM.{verb}.EVENTS", body, timeout=2)
    assert [1] == await everything(jetstream_log)


@pytest.fixture
async def emptied(tmp_path: Path) -> AsyncIterator[tuple[Client, str]]:
    """A client of a server whose store vanished, and the time at which its log had been made."""
    server = NatsServer(tmp_path / "lost")
    server.start()
    async with connect(ServiceSettings(nats_url=server.url), "test") as client:
        made = await provision(client)
    server.stop()
    shutil.rmtree(tmp_path / "lost" / "store")
    with server:
        async with connect(ServiceSettings(nats_url=server.url), "test") as client:
            yield client, made


async def test_a_lost_log_is_not_silently_made_anew(emptied: tuple[Client, str]) -> None:
    client, made = emptied
    with pytest.raises(LogCorrupt, match="is missing"):
        await provision(client, expect_created=made)
