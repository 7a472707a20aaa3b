"""One suite over both catalogs that the gateway may ask: the real one, and its double in memory."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kinolog.catalog.settings import CatalogSettings
from kinolog.catalog.wiring import run_catalog
from kinolog.common.aggregates import CAPTION, PROJECT, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated, CaptionDeleted, CaptionEdited
from kinolog.common.events.project import ProjectDeleted, ProjectRestored
from kinolog.common.events.video import VideoDeleted
from kinolog.common.ids import new_id
from kinolog.common.log import EventLog, load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.queries import ListName, ListQuery, SpeechQuery, SpokenWord, WaitKind
from kinolog.common.service import open_service
from kinolog.common.subtitles import Cue, Word, cues_to_json
from kinolog.common.testing import NatsServer, provisioned_log
from kinolog.common.testing.examples import ORIGIN, completed, created, failed, registered, started, submitted
from kinolog.gateway.adapters.catalog import NatsCatalog
from kinolog.gateway.listing import Catalog
from kinolog.gateway.memory import MemoryCatalog
from kinolog.gateway.problems import Problem


@dataclass
class Asked:
    """A log and the blobs it names, and a catalog of them."""

    log: EventLog
    catalog: Catalog
    blobs: BlobStore

    async def now(self) -> int:
        return await self.log.last_sequence()


@pytest.fixture(params=["memory", "nats"])
async def asked(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Asked]:
    if request.param == "memory":
        log, blobs = MemoryLog(), BlobStore.open("memory://")
        yield Asked(log, MemoryCatalog(log, blobs), blobs)
        return
    with NatsServer(tmp_path / "nats") as server:
        settings = CatalogSettings(
            nats_url=server.url,
            database_url=SecretStr(f"sqlite:///{tmp_path}/catalog.db"),
            blobs_url=f"file://{tmp_path}/blobs",
        )
        stopping = asyncio.Event()
        async with provisioned_log(server.url) as jetstream, open_service("catalog", settings, stopping) as service:
            running = asyncio.create_task(run_catalog(service, settings))
            catalog = NatsCatalog(service.writes, timeout_seconds=5)
            await until_it_answers(catalog)
            yield Asked(jetstream, catalog, service.blobs)
            stopping.set()
            await running


async def until_it_answers(catalog: NatsCatalog) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await catalog.position()
            except Problem:
                await asyncio.sleep(0.05)
            else:
                return


async def test_rows_come_in_the_order_that_was_asked_for(asked: Asked) -> None:
    for name in ("b", "c", "a"):
        await created(asked.log, name)
    page = await asked.catalog.page("projects", ListQuery(sort="name", min_seq=await asked.now()))
    assert ["a", "b", "c"] == [row["name"] for row in page.data]


async def test_a_row_has_the_fields_and_the_sequence_of_its_aggregate(asked: Asked) -> None:
    project_id = await created(asked.log, "Winter")
    row = (await asked.catalog.page("projects", ListQuery(min_seq=1))).data[0]
    loaded = await load(asked.log, PROJECT, project_id)
    assert set(loaded.require().model_dump()) | {"sequence"} == set(row)
    assert (project_id, "Winter", 1) == (row["id"], row["name"], row["sequence"])


async def test_filters_leave_only_what_matches(asked: Asked) -> None:
    project_id = await created(asked.log)
    wanted = await registered(asked.log, project_id=project_id)
    await registered(asked.log)
    query = ListQuery(filters={"project_id": project_id, "is_clip": False}, min_seq=await asked.now())
    assert [wanted] == [row["id"] for row in (await asked.catalog.page("videos", query)).data]


async def test_a_filter_may_leave_any_of_several_values(asked: Asked) -> None:
    pending, running, done = [await submitted(asked.log) for _ in range(3)]
    await started(asked.log, running)
    await completed(asked.log, done)
    assert {pending, running} == set(await listed(asked, "jobs", status=["pending", "running"]))


async def test_deleted_rows_are_shown_apart(asked: Asked) -> None:
    project_id, kept = await created(asked.log), await created(asked.log)
    await asked.log.append((await load(asked.log, PROJECT, project_id)).changes(ProjectDeleted()), ORIGIN)
    now = await asked.now()
    live = await asked.catalog.page("projects", ListQuery(min_seq=now))
    deleted = await asked.catalog.page("projects", ListQuery(deleted=True, min_seq=now))
    assert ([kept], [project_id]) == ([row["id"] for row in live.data], [row["id"] for row in deleted.data])


async def test_what_went_with_its_project_is_shown_to_whoever_names_that(asked: Asked) -> None:
    project_id = await created(asked.log)
    gone, kept = await registered(asked.log, project_id=project_id), await registered(asked.log)
    captions = [
        await said(asked, "Hello", video_id=video_id, project_id=project)
        for video_id, project in ((gone, project_id), (kept, "prj_1"))
    ]
    await asked.log.append((await load(asked.log, PROJECT, project_id)).changes(ProjectDeleted()), ORIGIN)
    assert ([kept], [gone]) == (await listed(asked, "videos"), await listed(asked, "videos", project_id=project_id))
    assert (captions[1:], captions[:1]) == (
        await listed(asked, "captions"),
        await listed(asked, "captions", video_id=gone),
    )
    await asked.log.append((await load(asked.log, PROJECT, project_id)).changes(ProjectRestored()), ORIGIN)
    assert {gone, kept} == set(await listed(asked, "videos"))


async def listed(asked: Asked, name: ListName, **filters: Any) -> list[str]:
    page = await asked.catalog.page(name, ListQuery(filters=filters, min_seq=await asked.now()))
    return [row["id"] for row in page.data]


async def test_a_cursor_leads_to_the_next_page(asked: Asked) -> None:
    for name in ("a", "b", "c"):
        await created(asked.log, name)
    first = await asked.catalog.page("projects", ListQuery(sort="name", limit=2, min_seq=await asked.now()))
    rest = await asked.catalog.page("projects", ListQuery(sort="name", limit=2, cursor=first.next_cursor))
    assert (["a", "b"], True, ["c"], False, None) == (
        [row["name"] for row in first.data],
        first.has_more,
        [row["name"] for row in rest.data],
        rest.has_more,
        rest.next_cursor,
    )


async def test_a_cursor_that_is_not_its_own_is_refused(asked: Asked) -> None:
    with pytest.raises(Problem) as raised:
        await asked.catalog.page("projects", ListQuery(cursor="cut"))
    assert (400, "validation", "?cursor") == (
        raised.value.status,
        raised.value.kind,
        raised.value.errors[0].pointer,
    )


async def test_statistics_count_what_there_is(asked: Asked) -> None:
    await created(asked.log)
    await submitted(asked.log)
    stats = await asked.catalog.stats(await asked.now())
    assert (1, 0, {"pending": 1}, {"trim": 1}) == (
        stats.projects,
        stats.videos,
        stats.jobs.by_status,
        stats.jobs.by_type,
    )


async def test_statistics_leave_out_what_belongs_to_a_deleted_project(asked: Asked) -> None:
    gone, there = await created(asked.log), await created(asked.log)
    for project_id in (gone, there, there):
        await registered(asked.log, project_id=project_id)
    before = await asked.catalog.stats(await asked.now())
    await asked.log.append((await load(asked.log, PROJECT, gone)).changes(ProjectDeleted()), ORIGIN)
    after = await asked.catalog.stats(await asked.now())
    assert [(2, 3), (1, 2)] == [(stats.projects, stats.videos) for stats in (before, after)]


async def test_a_batch_is_counted_by_status(asked: Asked) -> None:
    batch_id = new_id("bat")
    await failed(asked.log, await submitted(asked.log, batch_id=batch_id))
    await submitted(asked.log, batch_id=batch_id)
    await submitted(asked.log)
    state = await asked.catalog.batch(batch_id, await asked.now())
    assert ({"failed": 1, "pending": 1}, 2) == (state.by_status, state.total)


async def test_what_a_project_takes_is_told_apart_from_what_all_take(asked: Asked) -> None:
    project_id = new_id("prj")
    await registered(asked.log, project_id=project_id, size_bytes=60)
    await registered(asked.log, size_bytes=500)
    for job_type in ("upload", "trim"):
        await submitted(asked.log, type=job_type, project_id=project_id, input_data={"size_bytes": 7})
    now = await asked.now()
    mine, all_of_them = await asked.catalog.usage(project_id, now), await asked.catalog.usage(None, now)
    assert [(60, 1, 7), (560, 2, 7)] == [
        (usage.used_bytes, usage.video_count, usage.announced_bytes) for usage in (mine, all_of_them)
    ]


async def test_a_deleted_video_takes_no_room(asked: Asked) -> None:
    video = await load(asked.log, VIDEO, await registered(asked.log, size_bytes=60))
    await asked.log.append(video.changes(VideoDeleted()), ORIGIN)
    usage = await asked.catalog.usage(None, await asked.now())
    assert (0, 0) == (usage.used_bytes, usage.video_count)


async def test_videos_are_found_by_the_hash_of_their_bytes(asked: Asked) -> None:
    same = [await registered(asked.log, content=BlobRef(sha256="a" * 64, size_bytes=1)) for _ in range(2)]
    await registered(asked.log)
    query = ListQuery(filters={"sha256": "a" * 64}, sort="created_at", min_seq=await asked.now())
    assert same == [row["id"] for row in (await asked.catalog.page("videos", query)).data]


async def test_a_queue_tells_what_waits_in_its_lanes(asked: Asked) -> None:
    await submitted(asked.log, priority=7)
    await started(asked.log, await submitted(asked.log, priority=7))
    (queue,) = (await asked.catalog.queues(await asked.now())).queues
    (lane,) = queue.lanes
    assert ("render", 7, 1, 0, 1) == (queue.name, lane.lane, lane.waiting, lane.delayed, lane.running)


async def test_a_job_that_runs_waits_for_nothing_else(asked: Asked) -> None:
    job_id = await submitted(asked.log)
    await started(asked.log, job_id)
    why = await asked.catalog.why(job_id, await asked.now())
    assert [WaitKind.RUNNING] == [wait.kind for wait in why.waits_for]


async def test_a_cursor_holds_while_the_rows_before_it_go(asked: Asked) -> None:
    ids = [await submitted(asked.log) for _ in range(3)]
    query = ListQuery(filters={"status": "pending"}, sort="created_at", limit=2, min_seq=await asked.now())
    first = await asked.catalog.page("jobs", query)
    await started(asked.log, ids[0])
    rest = await asked.catalog.page("jobs", query.model_copy(update={"cursor": first.next_cursor, "min_seq": 4}))
    assert [ids[:2], ids[2:]] == [[row["id"] for row in page.data] for page in (first, rest)]


async def said(
    asked: Asked, *texts: str, video_id: str | None = None, language: str = "en", project_id: str = "prj_" + "0" * 32
) -> str:
    """A caption whose cues come second by second, each of one timed word after the other."""
    caption_id, made = new_id("cap"), await stored(asked, *texts)
    caption = CaptionCreated(
        video_id=video_id or await registered(asked.log, title="Winter"),
        project_id=project_id,
        filename="film.srt",
        language=language,
        cues=made,
        cue_count=len(texts),
        style={},
    )
    await asked.log.append(unborn(CAPTION, caption_id).changes(caption), ORIGIN)
    return caption_id


async def stored(asked: Asked, *texts: str) -> BlobRef:
    cues = tuple(
        Cue(
            start=at, end=at + 1, text=text, words=tuple(Word(start=at, end=at + 1, text=word) for word in text.split())
        )
        for at, text in enumerate(texts)
    )
    return await asked.blobs.put_bytes(cues_to_json(cues))


async def found(asked: Asked, q: str, **query: Any) -> list[str]:
    hits = await asked.catalog.speech(SpeechQuery(q=q, min_seq=await asked.now(), **query))
    return [hit.text for hit in hits.data]


async def test_a_caller_finds_what_it_has_just_brought(asked: Asked) -> None:
    caption_id = await said(asked, "Hello world", "Good bye")
    hits = await asked.catalog.speech(SpeechQuery(q="BYE", min_seq=await asked.now()))
    (hit,) = hits.data
    assert (caption_id, "Winter", 1, 1.0, "Good bye") == (
        hit.caption_id,
        hit.video_title,
        hit.cue,
        hit.start,
        hit.text,
    )
    assert ([(5, 8)], [SpokenWord(text="bye", start=1.0, end=2.0)]) == (hit.highlights, hit.words)


async def test_an_edit_is_found_at_once_and_what_was_deleted_is_not(asked: Asked) -> None:
    edited, deleted = await said(asked, "old word"), await said(asked, "a word")
    before = await found(asked, "word")
    loaded = await load(asked.log, CAPTION, edited)
    await asked.log.append(loaded.changes(CaptionEdited(cues=await stored(asked, "new word"), cue_count=1)), ORIGIN)
    await asked.log.append((await load(asked.log, CAPTION, deleted)).changes(CaptionDeleted()), ORIGIN)
    assert (["old word", "a word"], ["new word"]) == (before, await found(asked, "word"))


async def test_what_was_said_in_a_deleted_project_is_found_once_it_is_restored(asked: Asked) -> None:
    project_id = await created(asked.log)
    await said(asked, "a word", video_id=await registered(asked.log, project_id=project_id))
    seen = []
    for event in (ProjectDeleted(), ProjectRestored()):
        await asked.log.append((await load(asked.log, PROJECT, project_id)).changes(event), ORIGIN)
        seen.append(await found(asked, "word"))
    assert [[], ["a word"]] == seen


async def test_hits_are_narrowed_down_and_ordered(asked: Asked) -> None:
    video_id = await registered(asked.log)
    await said(asked, "the long word", "word", video_id=video_id)
    await said(asked, "a word", language="de")
    narrow: list[dict[str, Any]] = [{}, {"video_id": video_id, "sort": "time"}, {"language": "de"}]
    expected = [["word", "a word", "the long word"], ["the long word", "word"], ["a word"]]
    assert expected == [await found(asked, "word", **each) for each in narrow]


async def test_pages_of_hits_follow_each_other(asked: Asked) -> None:
    await said(asked, *(f"word {number}" for number in range(5)))
    first = await asked.catalog.speech(SpeechQuery(q="word", limit=3, min_seq=await asked.now()))
    rest = await asked.catalog.speech(SpeechQuery(q="word", limit=3, cursor=first.next_cursor))
    assert ([0, 1, 2, 3, 4], True, False, None) == (
        [hit.cue for page in (first, rest) for hit in page.data],
        first.has_more,
        rest.has_more,
        rest.next_cursor,
    )


async def test_a_search_for_nothing_is_refused(asked: Asked) -> None:
    with pytest.raises(Problem) as raised:
        await asked.catalog.speech(SpeechQuery(q="?!"))
    assert (422, "?q") == (raised.value.status, raised.value.errors[0].pointer)
