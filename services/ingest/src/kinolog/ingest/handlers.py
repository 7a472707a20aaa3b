"""The jobs of this service."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.jobs import DownloadInput, DownloadOutput, UploadInput, UploadOutput
from kinolog.common.media.inspector import Inspected, OnPercent
from kinolog.common.media.publish import register_video
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain import Fetched, Fingerprint, identity_of, identity_of_download, project_of, refuse_altered


class FingerprintReader(Protocol):
    async def __call__(self, file: Path, on_percent: OnPercent) -> Fingerprint:
        """Read a whole file to tell its size and hash."""
        ...


class MediaInspector(Protocol):
    async def inspect(self, file: Path, workdir: Path, *, on_percent: OnPercent) -> Inspected:
        """What is in a file, with a poster frame in `workdir`. Raises PermanentError for one that is not taken."""
        ...


class Strategy(Protocol):
    """A way of getting the file behind a URL."""

    def can_fetch(self, url: str) -> bool: ...

    async def fetch(self, url: str, folder: Path, ctx: JobContext) -> Fetched:
        """Get the file into `folder`, which is kept for the job's next attempt. Raises WorkError."""
        ...


class Shelf(Protocol):
    def place_for(self, ctx: JobContext) -> AbstractAsyncContextManager[Path]:
        """A folder of the job, kept over its attempts and gone after its end."""
        ...


@dataclass(frozen=True, slots=True)
class IngestHandlers:
    fingerprint: FingerprintReader
    inspector: MediaInspector
    strategies: Sequence[Strategy]
    shelf: Shelf

    async def upload(self, job: UploadInput, ctx: JobContext) -> UploadOutput:
        identity = identity_of(job, ctx.job)
        async with media_file(ctx, job.content) as file:
            refuse_altered(job, await self.fingerprint(file, partial(ctx.progress, "verify")))
            inspected = await self.inspector.inspect(file, ctx.workdir, on_percent=partial(ctx.progress, "probe"))
        ctx.progress("poster")
        video_id = await register_video(ctx, identity, job.content, inspected)
        return UploadOutput(video_id=video_id, sha256=job.content.sha256)

    async def download(self, job: DownloadInput, ctx: JobContext) -> DownloadOutput:
        project_of(ctx.job)
        async with self.shelf.place_for(ctx) as folder:
            fetched = await self._strategy_for(job.url).fetch(job.url, folder, ctx)
            inspected = await self.inspector.inspect(
                fetched.file, ctx.workdir, on_percent=partial(ctx.progress, "probe")
            )
            content = await _stored(fetched, ctx)
            ctx.progress("poster")
            identity = identity_of_download(job, ctx.job, fetched.filename)
            video_id = await register_video(ctx, identity, content, inspected)
        return DownloadOutput(video_id=video_id, sha256=content.sha256, size_bytes=content.size_bytes)

    def _strategy_for(self, url: str) -> Strategy:
        for strategy in self.strategies:
            if strategy.can_fetch(url):
                return strategy
        raise PermanentError("url_not_allowed", "Nothing here can fetch this address: give one of http or https.")


async def _stored(fetched: Fetched, ctx: JobContext) -> BlobRef:
    """Raises PassingError where the file is not what was received: then something else wrote into it."""
    ctx.progress("store")
    content = await ctx.blobs.put_file(fetched.file)
    if Fingerprint(content.size_bytes, content.sha256) != fetched.fingerprint:
        raise PassingError("io_error", "What was read back from disk is not what was received.", detail=str(content))
    return content
