"""Downloading what a playlist, channel or feed has: a job for each entry that is not there or on its way already."""

from dataclasses import dataclass
from typing import Final, Protocol

from kinolog.common.aggregates import JOB, VIDEO, Job, JobStatus
from kinolog.common.events.job import Submission
from kinolog.common.ids import derived_id
from kinolog.common.jobs import (
    JOB_TYPES,
    DownloadChoices,
    DownloadInput,
    DownloadPlaylistInput,
    DownloadPlaylistOutput,
    DownloadStrategy,
)
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.identities import project_of
from kinolog.ingest.domain.site import Listed, SiteEntry
from kinolog.ingest.handlers.archive import is_there, look_up

_DOWNLOAD: Final = "download"


class Lister(Protocol):
    async def entries(self, job: DownloadPlaylistInput, ctx: JobContext) -> Listed:
        """What a list has, as far as it was asked for. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True)
class PlaylistHandler:
    lister: Lister

    async def download_playlist(self, job: DownloadPlaylistInput, ctx: JobContext) -> DownloadPlaylistOutput:
        listed = await self.lister.entries(job, ctx)
        entries = {entry.source_id or entry.url: entry for entry in listed.entries}
        job_ids: list[str] = []
        for number, (name, entry) in enumerate(entries.items()):
            ctx.progress("queue", 100 * number / len(entries))
            if (job_id := await _free_job_id(name, entry, job, ctx)) is not None:
                job_ids.append(ctx.submit(_submission(entry, job, ctx.job), job_id))
        return DownloadPlaylistOutput(
            title=listed.title,
            entry_count=len(entries),
            archived_count=len(entries) - len(job_ids),
            job_ids=tuple(job_ids),
        )


async def _free_job_id(name: str, entry: SiteEntry, job: DownloadPlaylistInput, ctx: JobContext) -> str | None:
    """The id follows from the project and the entry, so that two lists at once cannot both fetch it.

    None where it is there or on its way already; each job that came to nothing, or to a video that is gone, leaves the
    next id.
    """
    if not job.is_forced and await _is_archived(entry, ctx):
        return None
    number = 0
    while True:
        loaded = await ctx.load(JOB, derived_id(JOB.id_prefix, project_of(ctx.job), "entry", name, str(number)))
        if loaded.version == 0:
            return loaded.id
        if loaded.state is not None and await _is_enough(loaded.state, job, ctx):
            return None
        number += 1


async def _is_archived(entry: SiteEntry, ctx: JobContext) -> bool:
    if entry.source_id is None:
        return False
    return (await look_up(ctx, project_of(ctx.job), entry.source_id)).video is not None


async def _is_enough(earlier: Job, job: DownloadPlaylistInput, ctx: JobContext) -> bool:
    if not earlier.status.is_final:
        return True
    if job.is_forced or earlier.status is not JobStatus.COMPLETED:
        return False
    video = (await ctx.load(VIDEO, str((earlier.output_data or {}).get("video_id")))).state
    return video is not None and is_there(video, project_of(ctx.job))


def _submission(entry: SiteEntry, job: DownloadPlaylistInput, parent: Job) -> Submission:
    choices = job.model_dump(include=set(DownloadChoices.model_fields))
    strategy = DownloadStrategy.AUTO if entry.source_id is None else DownloadStrategy.SITE
    kind = JOB_TYPES[_DOWNLOAD]
    return Submission(
        type=_DOWNLOAD,
        input_data=DownloadInput(url=entry.url, strategy=strategy, **choices).model_dump(mode="json"),
        project_id=parent.project_id,
        queue=kind.queue,
        priority=parent.priority,
        max_retries=kind.patience.max_retries,
        batch_id=parent.batch_id,
        stops_batch=parent.stops_batch,
    )
