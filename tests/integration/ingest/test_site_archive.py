"""Nothing is fetched twice: a source that the project has already is found again by the site's name for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.events.video import VideoDeleted
from kinolog.common.jobs import DownloadInput, DownloadOutput, DownloadStrategy
from kinolog.common.log import load
from kinolog.common.media.inspector import Inspector
from kinolog.common.room import Room
from kinolog.common.testing.examples import ORIGIN
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.context import JobContext
from kinolog.ingest.adapters.fingerprint import fingerprint
from kinolog.ingest.adapters.shelf import Shelf
from kinolog.ingest.domain.fetching import Fetched
from kinolog.ingest.domain.identities import archived_video_id
from kinolog.ingest.handlers.download import DownloadHandler
from kinolog.ingest.handlers.ports import Strategy
from kinolog.ingest.settings import IngestSettings

URL = "https://example.com/watch"


@dataclass
class MemorySite:
    """A site with one film, which it calls by a name that stays the same."""

    film: bytes
    fetched: list[str] = field(default_factory=list)

    async def choose(self, job: DownloadInput, ctx: JobContext) -> DownloadStrategy:
        return DownloadStrategy.SITE

    async def identify(self, job: DownloadInput, folder: Path, ctx: JobContext) -> str | None:
        return "site:1"

    async def fetch(self, job: DownloadInput, folder: Path, ctx: JobContext) -> Fetched:
        self.fetched.append(job.url)
        (folder / "film").write_bytes(self.film)
        known = await fingerprint(folder / "film", lambda _: None)
        return Fetched(folder / "film", known, "film.mp4", DownloadStrategy.SITE)


@dataclass
class Downloads:
    workshop: Workshop
    site: MemorySite

    async def __call__(self, project_id: str, **choices: Any) -> DownloadOutput:
        ctx = await self.workshop.begin("ingest", type="download", project_id=project_id)
        strategies: Mapping[DownloadStrategy, Strategy] = {DownloadStrategy.SITE: self.site}
        shelf = Shelf(self.workshop.folder / "downloads", Room.of(IngestSettings()))
        handler = DownloadHandler(Inspector(IngestSettings()), self.site, strategies, shelf)
        output = await handler.download(DownloadInput(url=URL, **choices), ctx)
        await self.workshop.commit(ctx)
        return output


@pytest.fixture
def download(workshop: Workshop, film: bytes) -> Downloads:
    return Downloads(workshop, MemorySite(film))


async def test_the_second_download_of_a_source_fetches_nothing(download: Downloads) -> None:
    first, second = await download("prj_1"), await download("prj_1")
    assert (False, True, 1) == (first.is_archived, second.is_archived, len(download.site.fetched))
    assert (archived_video_id("prj_1", "site:1"), first.sha256) == (second.video_id, second.sha256)


async def test_another_project_gets_its_own(download: Downloads) -> None:
    first, second = await download("prj_1"), await download("prj_2")
    assert (True, 2) == (first.video_id != second.video_id, len(download.site.fetched))


async def test_a_source_is_fetched_again_where_that_is_asked_for(download: Downloads) -> None:
    first, second, third = await download("prj_1"), await download("prj_1", is_forced=True), await download("prj_1")
    assert (2, True) == (len(download.site.fetched), third.is_archived)
    assert first.video_id != second.video_id == third.video_id


async def test_a_source_whose_video_was_deleted_is_fetched_again(download: Downloads) -> None:
    first = await download("prj_1")
    loaded = await load(download.workshop.log, VIDEO, first.video_id)
    await download.workshop.log.append(loaded.changes(VideoDeleted()), ORIGIN)
    second = await download("prj_1")
    assert (False, True) == (second.is_archived, first.video_id != second.video_id)
