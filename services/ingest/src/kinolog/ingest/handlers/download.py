"""Making a video of what an address leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from kinolog.common.aggregates import Loaded, Video
from kinolog.common.errors import PassingError
from kinolog.common.events import BlobRef
from kinolog.common.jobs import DownloadInput, DownloadOutput, DownloadStrategy
from kinolog.common.media.publish import register_video
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.fetching import Fetched, Fingerprint
from kinolog.ingest.domain.identities import identity_of_download, project_of
from kinolog.ingest.handlers.archive import look_up
from kinolog.ingest.handlers.companions import caption, told_of
from kinolog.ingest.handlers.ports import Chooser, MediaInspector, Shelf, Strategy


@dataclass(frozen=True, slots=True)
class DownloadHandler:
    inspector: MediaInspector
    chooser: Chooser
    strategies: Mapping[DownloadStrategy, Strategy]
    shelf: Shelf

    async def download(self, job: DownloadInput, ctx: JobContext) -> DownloadOutput:
        project_id = project_of(ctx.job)
        async with self.shelf.place_for(ctx) as folder:
            strategy = self.strategies[await self.chooser.choose(job, ctx)]
            source_id = await strategy.identify(job, folder, ctx)
            shelved = None if source_id is None else await look_up(ctx, project_id, source_id)
            if shelved is not None and shelved.video is not None and not job.is_forced:
                return _archived(shelved.video)
            fetched = await strategy.fetch(job, folder, ctx)
            return await self._make(job, fetched, source_id, None if shelved is None else shelved.unborn, ctx)

    async def _make(
        self, job: DownloadInput, fetched: Fetched, source_id: str | None, unborn: Loaded[Video] | None, ctx: JobContext
    ) -> DownloadOutput:
        inspected = await self.inspector.inspect(fetched.file, ctx.workdir, on_percent=partial(ctx.progress, "probe"))
        is_known = await ctx.blobs.exists(fetched.fingerprint.sha256)
        content = await _stored(fetched, ctx)
        ctx.progress("poster")
        identity, told = identity_of_download(job, ctx.job, fetched, source_id), await told_of(fetched, ctx)
        video_id = await register_video(ctx, identity, content, inspected, told=told, unborn=unborn)
        captioned = await caption(fetched, video_id, ctx)
        return DownloadOutput(
            video_id=video_id,
            sha256=content.sha256,
            size_bytes=content.size_bytes,
            strategy=fetched.strategy,
            is_known=is_known,
            caption_ids=captioned.caption_ids,
            missing_subtitles=captioned.missing,
        )


def _archived(video: Video) -> DownloadOutput:
    return DownloadOutput(
        video_id=video.id,
        sha256=video.content.sha256,
        size_bytes=video.size_bytes,
        strategy=DownloadStrategy.SITE,
        is_archived=True,
        is_known=True,
    )


async def _stored(fetched: Fetched, ctx: JobContext) -> BlobRef:
    """Raises PassingError where the file is not what was received: then something else wrote into it."""
    ctx.progress("store")
    content = await ctx.blobs.put_file(fetched.file)
    if Fingerprint(content.size_bytes, content.sha256) != fetched.fingerprint:
        raise PassingError("io_error", "What was read back from disk is not what was received.", detail=str(content))
    return content
