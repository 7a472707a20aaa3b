"""Making a video of what an address leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.errors import PassingError
from kinolog.common.events import BlobRef
from kinolog.common.jobs import DownloadInput, DownloadOutput, DownloadStrategy
from kinolog.common.media.publish import register_video
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.fetching import Fetched, Fingerprint
from kinolog.ingest.domain.identities import archived_video_id, identity_of_download, project_of
from kinolog.ingest.handlers.ports import MediaInspector, Shelf, Strategy


@dataclass(frozen=True, slots=True)
class DownloadHandler:
    inspector: MediaInspector
    strategies: Mapping[DownloadStrategy, Strategy]
    shelf: Shelf

    async def download(self, job: DownloadInput, ctx: JobContext) -> DownloadOutput:
        project_id, strategy = project_of(ctx.job), self.strategies[job.strategy]
        async with self.shelf.place_for(ctx) as folder:
            source_id = await strategy.identify(job, folder, ctx)
            if source_id is not None and not job.is_forced:
                video = (await ctx.load(VIDEO, archived_video_id(project_id, source_id))).state
                if video is not None and not video.is_deleted:
                    return _archived(video)
            return await self._make(job, await strategy.fetch(job, folder, ctx), source_id, ctx)

    async def _make(
        self, job: DownloadInput, fetched: Fetched, source_id: str | None, ctx: JobContext
    ) -> DownloadOutput:
        inspected = await self.inspector.inspect(fetched.file, ctx.workdir, on_percent=partial(ctx.progress, "probe"))
        is_known = await ctx.blobs.exists(fetched.fingerprint.sha256)
        content = await _stored(fetched, ctx)
        ctx.progress("poster")
        identity = identity_of_download(job, ctx.job, fetched, source_id)
        video_id = await register_video(ctx, identity, content, inspected)
        return DownloadOutput(
            video_id=video_id,
            sha256=content.sha256,
            size_bytes=content.size_bytes,
            strategy=fetched.strategy,
            is_known=is_known,
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
