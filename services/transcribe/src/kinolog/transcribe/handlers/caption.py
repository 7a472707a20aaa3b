"""Writing down what is said in a video."""

import asyncio
from dataclasses import dataclass
from typing import Final

from kinolog.common.aggregates import CAPTION, Video
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated, Dropped, Transcription
from kinolog.common.jobs import CaptionInput, CaptionOutput
from kinolog.common.subtitles import CUES_MEDIA_TYPE, Cue, cues_to_json
from kinolog.common.worker.context import JobContext
from kinolog.transcribe.domain.doubt import Rules, counted, report_json, sift
from kinolog.transcribe.domain.reading import Layout, cues_of, layout_for, reading_report
from kinolog.transcribe.domain.transcript import Transcript, caption_filename, language_of_text
from kinolog.transcribe.handlers.hearing import Transcriber, transcript_of

REPORT_MEDIA_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True)
class CaptionHandler:
    transcriber: Transcriber
    layout: Layout
    doubts: Rules

    async def caption(self, job: CaptionInput, ctx: JobContext) -> CaptionOutput:
        video = await ctx.video()
        async with ctx.blobs.local_file(video.content, ctx.workdir) as source:
            transcript = await transcript_of(self.transcriber, source, video.content, job, ctx)
        ctx.progress("write")
        created = await self._written(video, transcript, job, ctx)
        return CaptionOutput(
            caption_id=ctx.create(CAPTION, created),
            language=created.language,
            language_probability=transcript.spoken.probability,
            cue_count=created.cue_count,
            model=transcript.by.model.label,
            dropped=created.transcription.dropped if created.transcription else Dropped(),
        )

    async def _written(
        self, video: Video, transcript: Transcript, job: CaptionInput, ctx: JobContext
    ) -> CaptionCreated:
        language = language_of_text(transcript, job)
        # A film of hours takes seconds, in which the worker has other things to answer.
        cues, dropped, report = await asyncio.to_thread(self._readable, transcript, job, language)
        stored = await ctx.blobs.put_bytes(report, REPORT_MEDIA_TYPE)
        return CaptionCreated(
            video_id=video.id,
            project_id=video.project_id,
            filename=caption_filename(video.filename, language),
            language=language,
            language_probability=transcript.spoken.probability,
            style={},
            cues=await ctx.blobs.put_bytes(cues_to_json(cues), CUES_MEDIA_TYPE),
            cue_count=len(cues),
            word_level=job.word_level,
            model=transcript.by.model.label,
            job_id=ctx.job.id,
            transcription=_transcription(transcript, job, dropped, stored),
        )

    def _readable(
        self, transcript: Transcript, job: CaptionInput, language: str
    ) -> tuple[tuple[Cue, ...], Dropped, bytes]:
        """The captions, what was left out as invented, and the report on both."""
        sifted, layout = sift(transcript.segments, self.doubts), layout_for(self.layout, job.reading)
        cues = cues_of(
            sifted.kept, layout, with_words=job.word_level, language=language, until=transcript.audio_seconds
        )
        return cues, counted(sifted.dropped), report_json(sifted.dropped, reading_report(cues, layout))


def _transcription(transcript: Transcript, job: CaptionInput, dropped: Dropped, report: BlobRef) -> Transcription:
    by = transcript.by
    return Transcription(
        model_name=by.model.name,
        model_sha256=by.model.sha256,
        device=by.model.device,
        compute_type=by.model.compute_type,
        beam_size=job.beam_size,
        batch_size=by.batch_size,
        vad=by.vad,
        temperatures=by.temperatures,
        initial_prompt=job.initial_prompt,
        words=job.words,
        audio_seconds=transcript.audio_seconds,
        speech_seconds=transcript.speech_seconds,
        dropped=dropped,
        report=report,
    )
