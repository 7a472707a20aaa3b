"""The jobs of this service."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from kinolog.common.jobs import UploadInput, UploadOutput
from kinolog.common.media.inspector import Inspected, OnPercent
from kinolog.common.media.publish import register_video
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain import Fingerprint, identity_of, refuse_altered


class FingerprintReader(Protocol):
    async def __call__(self, file: Path, on_percent: OnPercent) -> Fingerprint:
        """Read a whole file to tell its size and hash."""
        ...


class MediaInspector(Protocol):
    async def inspect(self, file: Path, workdir: Path, *, on_percent: OnPercent) -> Inspected:
        """What is in a file, with a poster frame in `workdir`. Raises PermanentError for one that is not taken."""
        ...


@dataclass(frozen=True, slots=True)
class IngestHandlers:
    fingerprint: FingerprintReader
    inspector: MediaInspector

    async def upload(self, job: UploadInput, ctx: JobContext) -> UploadOutput:
        identity = identity_of(job, ctx.job)
        async with media_file(ctx, job.content) as file:
            refuse_altered(job, await self.fingerprint(file, partial(ctx.progress, "verify")))
            inspected = await self.inspector.inspect(file, ctx.workdir, on_percent=partial(ctx.progress, "probe"))
        ctx.progress("poster")
        video_id = await register_video(ctx, identity, job.content, inspected)
        return UploadOutput(video_id=video_id, sha256=job.content.sha256)
