"""The longest list there can be, committed to a real log at once."""

from pathlib import Path

from kinolog.common.aggregates import JOB
from kinolog.common.blobs import BlobStore
from kinolog.common.jobs import DownloadPlaylistInput
from kinolog.common.jobs.ingest import MOST_PLAYLIST_ENTRIES
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.testing.examples import ORIGIN, submitted
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.site import Listed, SiteEntry
from kinolog.ingest.handlers.playlist import PlaylistHandler

LONG = "https://example.com/" + "x" * 1_900


class MemoryLister:
    async def entries(self, job: DownloadPlaylistInput, ctx: JobContext) -> Listed:
        return Listed(entries=tuple(SiteEntry(url=f"{LONG}{number}") for number in range(job.limit)))


async def test_as_many_jobs_as_a_list_can_have_appear_at_once(jetstream_log: JetStreamLog, tmp_path: Path) -> None:
    job_id = await submitted(jetstream_log, type="download_playlist", queue="ingest")
    ctx = JobContext(
        (await load(jetstream_log, JOB, job_id)).require(),
        service="ingest",
        log=jetstream_log,
        blobs=BlobStore.open(f"file://{tmp_path}/blobs"),
        workdir=tmp_path / "work",
        on_progress=lambda _: None,
    )
    job = DownloadPlaylistInput(url="https://example.com/list", limit=MOST_PLAYLIST_ENTRIES)
    output = await PlaylistHandler(MemoryLister()).download_playlist(job, ctx)
    await jetstream_log.append(ctx.changes, ORIGIN)
    last = await load(jetstream_log, JOB, output.job_ids[-1])
    assert (MOST_PLAYLIST_ENTRIES, f"{LONG}{499}") == (len(output.job_ids), last.require().input_data["url"])
