"""Questions to a running catalog: what a caller wrote is there, pages follow each other, nonsense is refused."""

import asyncio
import json
from operator import itemgetter
from typing import Any

import pytest

from kinolog.common.aggregates import JOB, PROJECT
from kinolog.common.events.job import JobCancelled
from kinolog.common.events.project import ProjectDeleted
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.queries import Page
from kinolog.common.testing.examples import ORIGIN, created, registered, submitted

pytestmark = pytest.mark.usefixtures("jetstream_log")


def request(**query: Any) -> bytes:
    return json.dumps(query).encode()


def names(page: Page) -> list[str]:
    return [row["name"] for row in page.data]


async def test_a_caller_reads_its_own_write(jetstream_log: JetStreamLog, ask: Any, running: Any) -> None:
    async with running():
        for number in range(10):
            await created(jetstream_log, f"Project {number}")
            page = await ask.page("projects", request(min_seq=number + 1, limit=1))
            assert [f"Project {number}"] == names(page)


async def test_a_row_has_the_fields_of_its_state_and_its_sequence(
    jetstream_log: JetStreamLog, ask: Any, running: Any
) -> None:
    job_id = await submitted(jetstream_log)
    expected = (await load(jetstream_log, JOB, job_id)).require().model_dump(mode="json")
    async with running():
        assert [{**expected, "sequence": 1}] == (await ask.page("jobs")).data


async def test_waiting_for_what_never_comes_is_refused_as_stale(ask: Any, running: Any) -> None:
    async with running(catalog_wait_seconds=0.05):
        problem = await ask.problem("projects", request(min_seq=1_000))
    assert ("stale", "min_seq") == (problem.code, problem.field)


async def test_those_who_wait_keep_nobody_else_from_being_answered(ask: Any, running: Any) -> None:
    async with running(catalog_wait_seconds=60):
        waiting = [asyncio.create_task(ask.raw("projects", request(min_seq=99))) for _ in range(20)]
        async with asyncio.timeout(5):
            await ask.page("projects")
        for task in waiting:
            task.cancel()


async def test_more_questions_than_allowed_at_once_are_refused_as_busy(ask: Any, running: Any) -> None:
    async with running(catalog_wait_seconds=60, catalog_questions_at_once=1):
        waiting = asyncio.create_task(ask.raw("projects", request(min_seq=99)))
        await asyncio.sleep(0)  # It sends its request before ours.
        problem = await ask.problem("projects")
        waiting.cancel()
    assert "busy" == problem.code


@pytest.mark.parametrize("sort", ["-created_at", "name", "-updated_at"])
async def test_pages_follow_each_other_without_a_gap_or_a_double(
    jetstream_log: JetStreamLog, ask: Any, running: Any, sort: str
) -> None:
    for number in range(7):
        await created(jetstream_log, f"Project {number % 2}")
    seen: list[str] = []
    async with running():
        cursor, has_more = None, True
        while has_more:
            page = await ask.page("projects", request(limit=3, cursor=cursor, sort=sort))
            seen += [row["id"] for row in page.data]
            cursor, has_more = page.next_cursor, page.has_more
        everything = [row["id"] for row in (await ask.page("projects", request(sort=sort))).data]
    assert (7, everything) == (len(set(seen)), seen)


async def test_a_page_is_cut_where_a_message_would_grow_too_long(
    jetstream_log: JetStreamLog, ask: Any, running: Any
) -> None:
    for _ in range(5):
        await submitted(jetstream_log, input_data={"long": "x" * 1_000})
    async with running(catalog_page_limit_bytes=9_000):
        first = await ask.page("jobs")
        rest = await ask.page("jobs", request(cursor=first.next_cursor))
    assert (True, False, 5) == (first.has_more, rest.has_more, len(first.data + rest.data))


async def test_a_search_takes_wildcards_literally_and_letters_in_any_case(
    jetstream_log: JetStreamLog, ask: Any, running: Any
) -> None:
    for name in ("100% Übung", "1000 ÜBUNGEN", "a_b", "axb"):
        await created(jetstream_log, name)
    async with running():
        found = [names(await ask.page("projects", request(q=q, sort="name"))) for q in ("0% üb", "übung", "A_B", "%")]
    assert [["100% Übung"], ["100% Übung", "1000 ÜBUNGEN"], ["a_b"], ["100% Übung"]] == found


async def test_jobs_are_filtered_by_status_and_queue(jetstream_log: JetStreamLog, ask: Any, running: Any) -> None:
    job_id = await submitted(jetstream_log, queue="ingest")
    await submitted(jetstream_log, queue="render")
    cancelled = (await load(jetstream_log, JOB, job_id)).changes(JobCancelled())
    await jetstream_log.append(cancelled, ORIGIN)
    async with running():
        filters = {"status": "cancelled", "queue": "ingest"}
        assert [job_id] == [row["id"] for row in (await ask.page("jobs", request(filters=filters))).data]


async def test_clips_are_told_from_videos(jetstream_log: JetStreamLog, ask: Any, running: Any) -> None:
    video_id = await registered(jetstream_log)
    await registered(jetstream_log, is_clip=True, parent_video_id=video_id)
    async with running():
        page = await ask.page("videos", request(filters={"is_clip": False}))
    assert [video_id] == [row["id"] for row in page.data]


async def test_the_deleted_are_listed_only_when_asked_for(jetstream_log: JetStreamLog, ask: Any, running: Any) -> None:
    project_id = await created(jetstream_log, "Gone")
    await created(jetstream_log, "There")
    gone = (await load(jetstream_log, PROJECT, project_id)).changes(ProjectDeleted())
    await jetstream_log.append(gone, ORIGIN)
    async with running():
        lists = [names(await ask.page("projects", request(deleted=deleted))) for deleted in (False, True)]
    assert [["There"], ["Gone"]] == lists


async def test_the_counts_are_of_what_is_there(jetstream_log: JetStreamLog, ask: Any, running: Any) -> None:
    await created(jetstream_log)
    await registered(jetstream_log)
    await submitted(jetstream_log)
    async with running():
        _, answer = await ask.raw("stats")
    jobs = {"by_status": {"pending": 1}, "by_type": {"trim": 1}}
    counts = {"projects": 1, "videos": 1, "captions": 0, "jobs": jobs, "quarantined": 0}
    assert {"seq": 3, **counts} == json.loads(answer)


async def test_nothing_of_a_deleted_project_is_counted(jetstream_log: JetStreamLog, ask: Any, running: Any) -> None:
    project_id = await created(jetstream_log)
    await registered(jetstream_log, project_id=project_id)
    await jetstream_log.append((await load(jetstream_log, PROJECT, project_id)).changes(ProjectDeleted()), ORIGIN)
    async with running():
        _, answer = await ask.raw("stats")
    assert [0, 0] == [json.loads(answer)[name] for name in ("projects", "videos")]


async def test_nonsense_is_refused_with_a_number_a_code_and_the_field_at_fault(ask: Any, running: Any) -> None:
    async with running():
        number, body = await ask.raw("jobs", request(filters={"status": "done"}))
    assert ("400", "validation", "status") == (number, *itemgetter("code", "field")(json.loads(body)))


@pytest.mark.parametrize("wanted", ["' OR 1=1 --", "\\", "prj_%", "日本語", "x" * 200])
async def test_a_filter_is_a_value_and_never_a_piece_of_sql(
    jetstream_log: JetStreamLog, ask: Any, running: Any, wanted: str
) -> None:
    await submitted(jetstream_log)
    async with running():
        page = await ask.page("jobs", request(filters={"project_id": wanted}))
    assert [] == page.data
