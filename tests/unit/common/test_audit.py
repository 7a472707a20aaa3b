"""The audit finds each kind of broken promise, and finds nothing where all are kept."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.aggregates import CAPTION, JOB, PROJECT, VIDEO
from kinolog.common.aggregates.base import Change, unborn
from kinolog.common.aggregates.job_decisions import backoff_seconds
from kinolog.common.audit import Check, Report, Scope, audit
from kinolog.common.audit.client_lines import BadHistory, HistoryLine, read_history
from kinolog.common.audit.report import OF_HISTORIES
from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef, Event
from kinolog.common.events.caption import CaptionCreated, CaptionEdited
from kinolog.common.events.job import (
    JobAttemptFailed,
    JobCancelled,
    JobCancelRequested,
    JobCompleted,
    JobFailed,
    JobQueued,
    JobStarted,
    Phase,
    QueuedBecause,
)
from kinolog.common.events.project import ProjectCreated
from kinolog.common.events.video import VideoPurged
from kinolog.common.ids import new_id
from kinolog.common.log import Origin, load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, a_submission, a_video, created, registered, submitted

WORKER = Origin(source="render", actor="worker:wrk_1", correlation_id="cor_test")
OTHER = replace(WORKER, actor="worker:wrk_2")
QUEUED = JobQueued(queue="render", lane=0, submission=a_submission(max_retries=1))
STARTED = JobStarted(attempt=1, worker="wrk_1", lease_seconds=2)
COMPLETED = JobCompleted(attempt=1, output_data={})
CANCELLED = JobCancelled()
RETRIED = JobQueued(queue="render", lane=0, because=QueuedBecause.RETRIED)


def failed_attempt(attempt: int = 1, **changes: Any) -> JobAttemptFailed:
    values = {"kind": "busy", "message": "later", "retry_at": datetime.now(UTC)}
    return JobAttemptFailed(attempt=attempt, **{**values, **changes})


def started(attempt: int, worker: str = "wrk_1") -> JobStarted:
    return STARTED.model_copy(update={"attempt": attempt, "worker": worker})


def losses(count: int) -> Iterator[Event]:
    for attempt in range(1, count + 1):
        yield started(attempt)
        yield failed_attempt(attempt, kind="worker_lost", costs_retry=False)


async def append(log: MemoryLog, job_id: str, event: Event, origin: Origin = WORKER) -> None:
    await log.append((await load(log, JOB, job_id)).changes(event), origin)


async def job_with(log: MemoryLog, *events: Event) -> str:
    job_id = new_id("job")
    await log.append(unborn(JOB, job_id).changes(QUEUED), ORIGIN)
    for event in events:
        await append(log, job_id, event)
    return job_id


async def found_in(log: MemoryLog, **scope: Any) -> dict[Check, int]:
    return dict((await audit(log, Scope(**scope))).violated)


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


COURSES = {
    "completed": [STARTED, COMPLETED],
    "cancelled while pending": [CANCELLED],
    "cancelled while running": [STARTED, JobCancelRequested(), CANCELLED],
    "failed once, then completed": [STARTED, failed_attempt(), started(2), JobCompleted(attempt=2, output_data={})],
    "failed, retried by hand, completed": [
        STARTED,
        JobFailed(attempt=1, kind="bad", message="no"),
        RETRIED,
        started(2),
        JobCompleted(attempt=2, output_data={}),
    ],
    "handed back": [STARTED, JobQueued(queue="render", lane=0, because=QueuedBecause.RELEASED), started(2)],
}


@pytest.mark.parametrize("events", COURSES.values(), ids=COURSES.keys())
async def test_a_lawful_course_is_found_lawful(log: MemoryLog, events: list[Event]) -> None:
    await job_with(log, *events)
    assert {} == await found_in(log)


CRIMES: dict[str, tuple[list[Event], Check]] = {
    "two ends": ([STARTED, COMPLETED, COMPLETED], Check.COURSE),
    "an end that is taken back": ([STARTED, COMPLETED, RETRIED], Check.COURSE),
    "a completion without a start": ([COMPLETED], Check.COURSE),
    "two starts": ([STARTED, started(2)], Check.COURSE),
    "a completion after a cancel request": ([STARTED, JobCancelRequested(), COMPLETED], Check.COURSE),
    "an attempt that is not the next": ([started(2)], Check.ATTEMPTS),
    "an outcome of another attempt": ([STARTED, JobCompleted(attempt=2, output_data={})], Check.FENCING),
    "more attempts than allowed": (
        [STARTED, failed_attempt(), started(2), failed_attempt(2), started(3)],
        Check.ATTEMPTS,
    ),
    "a fourth lost worker": ([*losses(4), started(5)], Check.ATTEMPTS),
    "a start before its time": (
        [STARTED, failed_attempt(retry_at=datetime.now(UTC) + timedelta(hours=1)), started(2)],
        Check.ATTEMPTS,
    ),
}


@pytest.mark.parametrize(("events", "check"), CRIMES.values(), ids=CRIMES.keys())
async def test_an_unlawful_course_is_found(log: MemoryLog, events: list[Event], check: Check) -> None:
    await job_with(log, *events)
    assert check in await found_in(log)


@pytest.mark.parametrize("event", [COMPLETED, failed_attempt(), JobFailed(attempt=1, kind="bad", message="no")])
async def test_an_outcome_written_by_a_worker_that_does_not_hold_the_job_is_found(log: MemoryLog, event: Event) -> None:
    await append(log, await job_with(log, STARTED), event, OTHER)
    assert {Check.FENCING: 1} == await found_in(log)


async def test_the_loss_of_a_worker_may_be_told_by_another(log: MemoryLog) -> None:
    job_id = await job_with(log, STARTED)
    await append(log, job_id, failed_attempt(kind="worker_lost", costs_retry=False), OTHER)
    await append(log, job_id, started(2, "wrk_2"), OTHER)
    assert {} == await found_in(log)


async def test_a_job_that_is_still_under_way_is_told_of_only_where_all_must_have_ended(log: MemoryLog) -> None:
    await job_with(log, STARTED)
    assert ({}, {Check.ENDED: 1}) == (await found_in(log), await found_in(log, must_have_ended=True))


async def test_a_hole_in_the_versions_of_an_aggregate_is_found(log: MemoryLog) -> None:
    job_id = await job_with(log)
    loaded = await load(log, JOB, job_id)
    await log.append([replace(loaded.changes(STARTED)[0], version=7)], WORKER)
    assert {Check.VERSIONS: 1} == await found_in(log)


async def test_an_event_that_is_there_twice_is_found(log: MemoryLog) -> None:
    job_id = await job_with(log, STARTED)
    stored = log._messages[-1]
    await log.append_raw(f"evt.job.{job_id}.3.started", stored[1], stored[2])
    assert 1 == (await found_in(log))[Check.IDS]


def made(job_id: str, **changes: Any) -> list[Change]:
    return unborn(VIDEO, new_id("vid")).changes(a_video(job_id=job_id, **changes))


async def completing(log: MemoryLog, job_id: str, *before: Change, **output: Any) -> list[Change]:
    completed = JobCompleted(attempt=1, output_data=output)
    return [*before, *(await load(log, JOB, job_id)).changes(completed)]


async def test_what_appears_together_with_its_completion_is_right(log: MemoryLog) -> None:
    job_id = await job_with(log, STARTED)
    video = made(job_id)
    await log.append(await completing(log, job_id, *video, video_id=video[0].id), WORKER)
    assert {} == await found_in(log)


@pytest.mark.parametrize("end", [CANCELLED, JobFailed(attempt=1, kind="bad", message="no"), COMPLETED])
async def test_what_appears_apart_from_a_completion_is_found(log: MemoryLog, end: Event) -> None:
    job_id = await job_with(log, STARTED)
    await log.append(made(job_id), WORKER)
    await created(log)
    await append(log, job_id, end)
    assert 1 == (await found_in(log))[Check.EFFECTS]


async def test_what_appears_with_the_completion_of_another_job_is_found(log: MemoryLog) -> None:
    job_id = await job_with(log, STARTED)
    await log.append(await completing(log, job_id, *made(new_id("job"))), WORKER)
    assert {Check.EFFECTS: 1} == await found_in(log)


async def test_an_output_that_does_not_exist_is_found(log: MemoryLog) -> None:
    job_id = await job_with(log, STARTED)
    await log.append(await completing(log, job_id, clips=[{"video_id": new_id("vid")}]), WORKER)
    assert {Check.OUTPUTS: 1} == await found_in(log)


async def test_a_missing_a_short_and_a_false_blob_are_found(log: MemoryLog, tmp_path: Path) -> None:
    blobs = BlobStore.open(f"file://{tmp_path}")
    whole, short, false = [await blobs.put_bytes(content) for content in (b"whole", b"short", b"false")]
    for blob in (whole, short, false, BlobRef(sha256="0" * 64, size_bytes=1)):
        await registered(log, content=blob)
    path_of(tmp_path, short).write_bytes(b"sho")
    path_of(tmp_path, false).write_bytes(b"wrong")
    assert {Check.BLOBS: 2} == await found_in(log, blobs=blobs)
    assert {Check.BLOBS: 3} == await found_in(log, blobs=blobs, deep=True)


def path_of(folder: Path, blob: BlobRef) -> Path:
    return next(folder.glob(f"**/{blob.sha256}"))


async def test_a_blob_of_something_purged_is_only_worth_a_note(log: MemoryLog, tmp_path: Path) -> None:
    blobs = BlobStore.open(f"file://{tmp_path}")
    video_id = await registered(log, content=await blobs.put_bytes(b"gone"))
    await log.append((await load(log, VIDEO, video_id)).changes(VideoPurged()), ORIGIN)
    report = await audit(log, Scope(blobs=blobs))
    assert (True, 1) == (report.is_clean, sum("are named by nothing" in note for note in report.notes))


async def test_an_upload_under_way_needs_the_bytes_it_was_made_of(log: MemoryLog, tmp_path: Path) -> None:
    content = {"sha256": "0" * 64, "size_bytes": 1, "media_type": "video/mp4"}
    await submitted(log, type="upload", input_data={"content": content})
    assert {Check.BLOBS: 1} == await found_in(log, blobs=BlobStore.open(f"file://{tmp_path}"))


async def test_the_earlier_text_of_a_caption_must_be_there_to_be_brought_back(log: MemoryLog, tmp_path: Path) -> None:
    blobs, gone = BlobStore.open(f"file://{tmp_path}"), BlobRef(sha256="0" * 64, size_bytes=1)
    written = CaptionCreated(
        video_id="v", project_id="p", filename="f", language="en", style={}, cues=gone, cue_count=1
    )
    edited = CaptionEdited(cues=await blobs.put_bytes(b"text"), cue_count=1)
    await log.append(unborn(CAPTION, new_id("cap")).changes(written, edited), ORIGIN)
    assert {Check.BLOBS: 1} == await found_in(log, blobs=blobs)


async def test_a_broken_event_freezes_its_aggregate_and_is_told_as_a_note(log: MemoryLog) -> None:
    job_id = await job_with(log)
    await log.append_raw(f"evt.job.{job_id}.2.started.render", {}, b"\xff")
    report = await audit(log, Scope(must_have_ended=True))
    assert (True, 1) == (report.is_clean, sum("quarantine" in note for note in report.notes))


async def test_an_event_of_a_newer_release_is_told_as_a_violation(log: MemoryLog) -> None:
    await created(log)
    subject, headers, body = log._messages[-1]
    await log.append_raw(subject.replace(".1.", ".2."), headers | {"ce-dataversion": "99"}, body)
    assert {Check.READABLE: 1} == await found_in(log)


async def test_a_log_in_the_place_of_another_is_found(log: MemoryLog) -> None:
    assert {Check.LOG: 1} == await found_in(log, stream_created="long ago")


def said(request: str, outcome: str, **facts: Any) -> list[HistoryLine]:
    invoke = HistoryLine(request=request, outcome="invoke", at=1.0, key=facts.pop("key", None))
    return [invoke, HistoryLine.model_validate({"request": request, "outcome": outcome, "at": 2.0, **facts})]


async def begun(log: MemoryLog, request: str) -> str:
    project_id = new_id("prj")
    origin = Origin(source="gateway", actor="user:owner", correlation_id=request)
    await log.append(unborn(PROJECT, project_id).changes(ProjectCreated(name="A")), origin)
    return project_id


async def findings(log: MemoryLog, lines: Iterable[HistoryLine]) -> Report:
    return await audit(log, Scope(history=list(lines)))


async def test_a_history_that_agrees_with_the_log_is_found_so(log: MemoryLog) -> None:
    lines = said("r-1", "ok", ids=(await begun(log, "r-1"),), sequence=1, status=201)
    await begun(log, "r-2")
    lines += said("r-2", "unknown") + said("r-3", "unknown") + said("r-4", "refused", status=422)
    report = await findings(log, lines)
    expected = "1 requests were answered ok, 1 refused, 2 unknown, of which 1 were written after all"
    assert (True, [expected]) == (report.is_clean, report.notes)


@pytest.mark.parametrize("promise", [{"ids": (new_id("job"),)}, {"sequence": 99}])
async def test_a_promise_that_is_not_in_the_log_is_found(log: MemoryLog, promise: dict[str, Any]) -> None:
    assert {Check.HISTORY: 1} == dict((await findings(log, said("r-1", "ok", **promise))).violated)


async def test_a_promise_of_a_sequence_that_is_somebody_elses_is_found(log: MemoryLog) -> None:
    mine, _ = await begun(log, "r-1"), await begun(log, "r-2")
    assert {Check.HISTORY: 1} == dict((await findings(log, said("r-1", "ok", ids=(mine,), sequence=2))).violated)


async def test_a_refused_request_that_was_written_is_found(log: MemoryLog) -> None:
    await begun(log, "r-1")
    assert {Check.HISTORY: 1} == dict((await findings(log, said("r-1", "refused", status=409))).violated)


async def test_one_key_that_led_to_two_things_is_found(log: MemoryLog) -> None:
    lines = said("r-1", "unknown", key="k") + said("r-2", "ok", key="k", ids=(await begun(log, "r-2"),))
    await begun(log, "r-1")
    assert {Check.HISTORY: 1} == dict((await findings(log, lines)).violated)


def followed(since: int | None, *seen: tuple[int, str]) -> list[HistoryLine]:
    lines = [HistoryLine(request="f-1", outcome="invoke", at=1.0, since=since)]
    return lines + [HistoryLine(request="f-1", outcome="seen", at=2.0, sequence=n, event=event) for n, event in seen]


async def three_events(log: MemoryLog) -> list[tuple[int, str]]:
    for number in range(3):
        await begun(log, f"r-{number}")
    return [(entry.sequence, entry.metadata.event_id) for entry in (await log.scan(0, 3)).entries]  # type: ignore[union-attr]


async def test_a_follower_who_was_shown_everything_is_found_so(log: MemoryLog) -> None:
    events = await three_events(log)
    for since, seen in ((0, events), (1, events[1:]), (None, events[1:])):
        report = await findings(log, followed(since, *seen))
        assert (True, len(seen)) == (report.is_clean, report.looked_at[Check.FOLLOWED])


@pytest.mark.parametrize("shown", [(0, 2), (0, 1, 1), (1, 0), (1, 2)], ids=["a gap", "twice", "turned", "a late start"])
async def test_a_follower_who_was_not_shown_every_event_once_in_order_is_found(
    log: MemoryLog, shown: tuple[int, ...]
) -> None:
    events = await three_events(log)
    report = await findings(log, followed(0, *(events[index] for index in shown)))
    assert {Check.FOLLOWED} == set(report.violated)


@pytest.mark.parametrize("shown", [(1, "evt_other"), (9, "evt_9")])
async def test_a_follower_who_was_shown_what_is_not_in_the_log_is_found(log: MemoryLog, shown: tuple[int, str]) -> None:
    await begun(log, "r-1")
    assert {Check.FOLLOWED: 1} == dict((await findings(log, followed(shown[0] - 1, shown))).violated)


async def test_an_event_that_nobody_can_read_is_missed_by_no_follower(log: MemoryLog) -> None:
    await begun(log, "r-1")
    await log.append_raw(f"evt.project.{new_id('prj')}.1.created", {}, b"\xff")
    await begun(log, "r-2")
    first, _, last = (await log.scan(0, 3)).entries
    seen = [(each.sequence, each.metadata.event_id) for each in (first, last)]  # type: ignore[union-attr]
    assert {} == dict((await findings(log, followed(0, *seen))).violated)


@pytest.mark.parametrize(("told", "shown", "violations"), [(1, 0, 1), (1, 1, 0), (0, 0, 0), (1, 5, 0)])
async def test_an_answer_older_than_what_its_reader_was_told_before_is_found(
    log: MemoryLog, told: int, shown: int, violations: int
) -> None:
    project_id = await begun(log, "r-1")
    invoke = HistoryLine(request="g-1", outcome="invoke", at=1.0, min_seq=told)
    answer = HistoryLine(request="g-1", outcome="ok", at=2.0, shown={project_id: shown})
    assert violations == (await findings(log, [invoke, answer])).violated[Check.FRESH]


async def test_checks_that_a_history_gives_nothing_to_are_not_said_to_be_kept(log: MemoryLog) -> None:
    report = await findings(log, said("r-1", "unknown"))
    assert {Check.FOLLOWED, Check.FRESH} == set(report.skipped) & OF_HISTORIES


@pytest.mark.parametrize(("phases_seconds", "violations"), [(0.5, 0), (600.0, 1)])
async def test_phases_longer_than_their_attempt_are_found(
    log: MemoryLog, phases_seconds: float, violations: int
) -> None:
    phases = (Phase(name="encode", seconds=phases_seconds / 2), Phase(name="store", seconds=phases_seconds / 2))
    await job_with(log, STARTED, COMPLETED.model_copy(update={"phases": phases}))
    assert violations == (await audit(log, Scope())).violated[Check.TIMES]


async def test_an_attempt_that_ends_before_it_began_is_found() -> None:
    moments = iter(NOON - timedelta(minutes=number) for number in range(3))
    log = MemoryLog(clock=lambda: next(moments))
    await job_with(log, STARTED, COMPLETED)
    assert {Check.TIMES: 1} == await found_in(log)


async def test_times_told_by_different_machines_are_not_compared() -> None:
    moments = iter(NOON - timedelta(minutes=number) for number in range(3))
    log = MemoryLog(clock=lambda: next(moments))
    await append(log, await job_with(log, STARTED), failed_attempt(kind="worker_lost", costs_retry=False), OTHER)
    assert {} == await found_in(log)


def test_a_file_that_is_no_history_is_refused_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "history").write_text('{"request": "r", "outcome": "invoke", "at": 1}\n{"request": 5}\n')
    with pytest.raises(BadHistory, match="line 2"):
        read_history(tmp_path / "history")


async def test_delays_that_shrink_are_worth_a_note(log: MemoryLog) -> None:
    now = datetime.now(UTC)
    growing = [timedelta(seconds=backoff_seconds(failures, 1.0)) for failures in (0, 1)]
    for delays in (growing, growing[::-1]):
        first, second = (failed_attempt(n, retry_at=now + delay) for n, delay in enumerate(delays, start=1))
        await job_with(log, STARTED, first, started(2), second)
    notes = [note for note in (await audit(log, Scope())).notes if "after its failure" in note]
    assert 1 == len(notes)
