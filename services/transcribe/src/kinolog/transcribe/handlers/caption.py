"""Writing down what is said in a video."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinolog.common.aggregates import CAPTION
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.jobs import CaptionInput, CaptionOutput
from kinolog.common.subtitles import CUES_MEDIA_TYPE, cues_to_json
from kinolog.common.worker.context import JobContext
from kinolog.transcribe.domain.reading import Layout, cues_of
from kinolog.transcribe.domain.transcript import Report, Transcript, caption_filename, language_of_text


class Transcriber(Protocol):
    async def transcribe(self, source: Path, job: CaptionInput, report: Report) -> Transcript:
        """What is said in a media file, which is not written to. Raises WorkError.

        Cancelling stops it, at the latest after the adapter's grace.
        """
        ...


@dataclass(frozen=True, slots=True)
class CaptionHandler:
    transcriber: Transcriber
    layout: Layout

    async def caption(self, job: CaptionInput, ctx: JobContext) -> CaptionOutput:
        video = await ctx.video()
        async with ctx.blobs.local_file(video.content, ctx.workdir) as source:
            transcript = await self.transcriber.transcribe(source, job, ctx.progress)
        ctx.progress("write")
        cues = cues_of(transcript.segments, self.layout, with_words=job.word_level)
        language = language_of_text(transcript, job)
        created = CaptionCreated(
            video_id=video.id,
            project_id=video.project_id,
            filename=caption_filename(video.filename, language),
            language=language,
            language_probability=transcript.language_probability,
            style={},
            cues=await ctx.blobs.put_bytes(cues_to_json(cues), CUES_MEDIA_TYPE),
            cue_count=len(cues),
            word_level=job.word_level,
            model=transcript.model,
            job_id=ctx.job.id,
        )
        return CaptionOutput(
            caption_id=ctx.create(CAPTION, created),
            language=language,
            language_probability=transcript.language_probability,
            cue_count=len(cues),
            model=transcript.model,
        )
