"""Making a video of a file that was uploaded."""

from dataclasses import dataclass
from functools import partial

from kinolog.common.jobs import UploadInput, UploadOutput
from kinolog.common.media.publish import register_video
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.identities import identity_of, refuse_altered
from kinolog.ingest.handlers.ports import FingerprintReader, MediaInspector


@dataclass(frozen=True, slots=True)
class UploadHandler:
    fingerprint: FingerprintReader
    inspector: MediaInspector

    async def upload(self, job: UploadInput, ctx: JobContext) -> UploadOutput:
        identity = identity_of(job, ctx.job)
        async with media_file(ctx, job.content) as file:
            refuse_altered(job, await self.fingerprint(file, partial(ctx.progress, "verify")))
            inspected = await self.inspector.inspect(file, ctx.workdir, on_percent=partial(ctx.progress, "probe"))
        ctx.progress("poster")
        video_id = await register_video(ctx, identity, job.content, inspected)
        return UploadOutput(video_id=video_id, sha256=job.content.sha256, is_known=job.is_known)
