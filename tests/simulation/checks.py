"""What must be so once a simulation has come to rest, beside what the audit of every installation looks at."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from simulation.clients import Clients
from simulation.staff import Place

from kinolog.catalog.domain.folding import Key
from kinolog.common.aggregates import AGGREGATES, JOB, VIDEO, Aggregate, Job, JobStatus, Loaded
from kinolog.common.aggregates.base import fold
from kinolog.common.audit import Scope, audit
from kinolog.common.events import RecordedEvent
from kinolog.common.events.job import JobAttemptFailed, JobFailed, JobStarted
from kinolog.common.events.video import VideoRegistered
from kinolog.common.log import EventLog

Histories = dict[tuple[str, str], list[RecordedEvent]]


async def violations(place: Place, clients: Clients) -> list[str]:
    report = await audit(place.log, Scope(history=clients.history, must_have_ended=True))
    histories = await _histories(place.log)
    return [
        *place.deaths,
        *(f"{each.check}: {each.text}" for each in report.violations),
        *_wrong_videos(histories),
        *_hasty_losses(histories),
        *_wrong_rows(histories, place),
    ]


async def started_between(log: EventLog, after: int, until: int) -> list[str]:
    entries = (await log.scan(after, until - after)).entries
    return [str(e.subject) for e in entries if isinstance(e, RecordedEvent) and isinstance(e.event, JobStarted)]


async def _histories(log: EventLog) -> Histories:
    histories: Histories = defaultdict(list)
    for entry in (await log.scan(0, await log.last_sequence())).entries:
        if isinstance(entry, RecordedEvent):
            histories[entry.subject.kind, entry.subject.id].append(entry)
    return histories


def _wrong_videos(histories: Histories) -> Iterator[str]:
    """Every attempt that completes makes one video."""
    births = (events[0].event for (kind, _), events in histories.items() if kind == VIDEO.kind)
    made = Counter(birth.job_id for birth in births if isinstance(birth, VideoRegistered))
    for (kind, job_id), events in histories.items():
        if kind != JOB.kind:
            continue
        expected = 1 if _job(job_id, events).status is JobStatus.COMPLETED else 0
        if made[job_id] != expected:
            yield f"{job_id} made {made[job_id]} videos instead of {expected}"


def _hasty_losses(histories: Histories) -> Iterator[str]:
    """No worker is thought lost before the lease of its attempt has run out, whatever is known of it."""
    for (kind, job_id), events in histories.items():
        if kind != JOB.kind:
            continue
        for number, recorded in enumerate(events):
            if _is_loss(recorded) and recorded.occurred_at < (end := _lease_end(events[:number])):
                yield f"{job_id} at {recorded.sequence}: its worker was thought lost before {end}"


def _is_loss(recorded: RecordedEvent) -> bool:
    return isinstance(recorded.event, JobAttemptFailed | JobFailed) and recorded.event.kind == "worker_lost"


def _lease_end(events: list[RecordedEvent]) -> datetime:
    start = next(recorded for recorded in reversed(events) if isinstance(recorded.event, JobStarted))
    assert isinstance(start.event, JobStarted)
    return start.occurred_at + timedelta(seconds=start.event.lease_seconds)


def _wrong_rows(histories: Histories, place: Place) -> Iterator[str]:
    """The projection says what the events say, of each aggregate that it shows."""
    for (kind, aggregate_id), events in histories.items():
        if kind not in (JOB.kind, VIDEO.kind):
            continue
        row = place.disk.rows.get(Key(kind, aggregate_id))
        if row is None or row != _folded(kind, aggregate_id, events):
            seen = row and row.sequence
            yield f"the row of {aggregate_id} is of {seen}, but its last event of {events[-1].sequence}"


def _folded(kind: str, aggregate_id: str, events: list[RecordedEvent]) -> Loaded[Any]:
    return fold(cast("Aggregate[Any]", AGGREGATES[kind]), aggregate_id, events)


def _job(job_id: str, events: list[RecordedEvent]) -> Job:
    return fold(JOB, job_id, events).require()
