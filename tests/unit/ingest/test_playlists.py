"""What becomes of the entries of a list: a job for each that is not there or on its way, and never two."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.aggregates import JOB, VIDEO, Job
from kinolog.common.aggregates.base import unborn
from kinolog.common.events import Event
from kinolog.common.events.job import JobCancelled
from kinolog.common.events.video import VideoDeleted, VideoPurged
from kinolog.common.jobs import DownloadPlaylistInput, DownloadPlaylistOutput, DownloadStrategy
from kinolog.common.log import load
from kinolog.common.testing.examples import ORIGIN, a_video, completed
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.identities import archived_video_id
from kinolog.ingest.domain.site import Listed, SiteEntry
from kinolog.ingest.handlers.archive import look_up
from kinolog.ingest.handlers.playlist import PlaylistHandler

LIST = "https://example.com/list"
ENTRIES = tuple(SiteEntry(url=f"https://example.com/{n}", source_id=f"site:{n}") for n in range(3))


A_LIST = Listed(title="A list", entries=ENTRIES)


@dataclass
class MemoryLister:
    listed: Listed

    async def entries(self, job: DownloadPlaylistInput, ctx: JobContext) -> Listed:
        return self.listed


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


async def listed(
    workshop: Workshop, found: Listed = A_LIST, *, stops_batch: bool | None = None, **choices: Any
) -> DownloadPlaylistOutput:
    wanted = {"priority": 3, "project_id": "prj_1", "batch_id": "bat_1", "stops_batch": stops_batch}
    ctx = await workshop.begin("ingest", type="download_playlist", queue="ingest", **wanted)
    output = await PlaylistHandler(MemoryLister(found)).download_playlist(
        DownloadPlaylistInput(url=LIST, **choices), ctx
    )
    await workshop.commit(ctx)
    return output


async def happens(workshop: Workshop, kind: Any, aggregate_id: str, *events: Event) -> None:
    loaded = await load(workshop.log, kind, aggregate_id)
    await workshop.log.append(loaded.changes(*events, written_by="ingest"), ORIGIN)


async def job(workshop: Workshop, job_id: str) -> Job:
    return (await load(workshop.log, JOB, job_id)).require()


async def test_each_entry_becomes_a_job_like_its_list(workshop: Workshop) -> None:
    output = await listed(workshop, max_height=720, subtitles=("en",))
    jobs = [await job(workshop, job_id) for job_id in output.job_ids]
    assert ("A list", 3, 0, 3) == (output.title, output.entry_count, output.archived_count, len(jobs))
    assert {("download", 3, "prj_1", "ingest")} == {(j.type, j.priority, j.project_id, j.queue) for j in jobs}
    given = jobs[0].input_data
    assert (ENTRIES[0].url, 720, ["en"], DownloadStrategy.SITE) == (
        given["url"],
        given["max_height"],
        given["subtitles"],
        given["strategy"],
    )


@pytest.mark.parametrize("stops_batch", [True, False])
async def test_a_failed_entry_ends_its_batch_where_its_list_would(workshop: Workshop, stops_batch: bool) -> None:
    output = await listed(workshop, stops_batch=stops_batch)
    jobs = [await job(workshop, job_id) for job_id in output.job_ids]
    assert {("bat_1", stops_batch)} == {(each.batch_id, each.stops_batch) for each in jobs}


async def test_the_event_that_queues_a_job_ends_with_its_lane(workshop: Workshop) -> None:
    output = await listed(workshop)
    first = (await workshop.log.read("job", output.job_ids[0]))[0]
    assert f"evt.job.{output.job_ids[0]}.1.queued.ingest.3" == str(first.subject)


async def test_two_lists_do_not_fetch_the_same(workshop: Workshop) -> None:
    await listed(workshop)
    again = await listed(workshop, is_forced=True)
    assert (3, 3, ()) == (again.entry_count, again.archived_count, again.job_ids)


async def test_an_entry_that_is_named_twice_is_one(workshop: Workshop) -> None:
    output = await listed(workshop, Listed(entries=(*ENTRIES, *ENTRIES)))
    assert (3, 3) == (output.entry_count, len(output.job_ids))


async def test_an_entry_whose_job_came_to_nothing_gets_another(workshop: Workshop) -> None:
    first = await listed(workshop)
    await happens(workshop, JOB, first.job_ids[1], JobCancelled())
    again = await listed(workshop)
    assert (2, 1) == (again.archived_count, len(again.job_ids))
    assert again.job_ids[0] not in first.job_ids


async def test_an_entry_that_the_project_has_is_left_out_unless_it_is_forced(workshop: Workshop) -> None:
    await happens(workshop, VIDEO, archived_video_id("prj_1", "site:0"), a_video(project_id="prj_1"))
    output = await listed(workshop, is_forced=False)
    assert (1, 2) == (output.archived_count, len(output.job_ids))
    forced = await listed(workshop, Listed(entries=ENTRIES[:1]), is_forced=True)
    assert (0, 1) == (forced.archived_count, len(forced.job_ids))


@pytest.mark.parametrize(("gone", "count"), [((), 0), ((VideoDeleted(),), 1)])
async def test_an_entry_without_a_name_is_known_by_its_address(
    workshop: Workshop, gone: tuple[Event, ...], count: int
) -> None:
    nameless = Listed(entries=(SiteEntry(url="https://example.com/film.mp4"),))
    first = await listed(workshop, nameless)
    await happens(workshop, VIDEO, "vid_1", a_video(project_id="prj_1"), *gone)
    await completed(workshop.log, first.job_ids[0], video_id="vid_1")
    assert count == len((await listed(workshop, nameless)).job_ids)


async def test_an_entry_without_a_name_may_be_a_file(workshop: Workshop) -> None:
    output = await listed(workshop, Listed(entries=(SiteEntry(url="https://example.com/film.mp4"),)))
    assert DownloadStrategy.AUTO == (await job(workshop, output.job_ids[0])).input_data["strategy"]


async def test_a_source_is_looked_up_by_the_newest_video_that_is_there(workshop: Workshop) -> None:
    ids = [archived_video_id("prj_1", "site:0", copy) for copy in range(4)]
    for video_id, gone in zip(ids, ((VideoDeleted(),), (VideoPurged(),), ()), strict=False):
        await happens(workshop, VIDEO, video_id, a_video(project_id="prj_1"), *gone)
    found = await look_up(await workshop.begin("ingest"), "prj_1", "site:0")
    assert found.video is not None
    assert (ids[2], unborn(VIDEO, ids[3])) == (found.video.id, found.unborn)


async def test_a_video_that_was_moved_to_another_project_is_not_this_ones(workshop: Workshop) -> None:
    await happens(workshop, VIDEO, archived_video_id("prj_1", "site:0"), a_video(project_id="prj_2"))
    assert (await look_up(await workshop.begin("ingest"), "prj_1", "site:0")).video is None
