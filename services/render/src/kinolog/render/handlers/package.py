"""Making a video ready to be streamed: each quality encoded, playlists written, all of it kept under one manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinolog.common.aggregates import CAPTION, VIDEO, Caption, Video
from kinolog.common.errors import PassingError
from kinolog.common.events.rendering import Rendering, SourceUsed
from kinolog.common.events.video import VideoPackaged
from kinolog.common.jobs import PackagedVariant, PackageInput, PackageOutput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.source import media_file
from kinolog.common.packages import MASTER_PLAYLIST
from kinolog.common.subtitles import MEDIA_TYPES as TEXT_TYPES
from kinolog.common.subtitles.source import stored_cues
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.canvas import why_mapped
from kinolog.render.domain.package import (
    DEMUXERS,
    MEDIA_TYPES,
    MadeRung,
    caption_text,
    caption_track,
    made_rung,
    refuse_unaligned,
    rung_files,
    rung_work,
    rungs_of,
    showable,
    variant_of,
)
from kinolog.render.domain.playlist import CaptionTrack, Variant, caption_playlist, master_playlist, renamed
from kinolog.render.domain.progress import shares_of
from kinolog.render.domain.sounds import left_out_of
from kinolog.render.handlers.package_files import PackageFiles
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Studio, used_video


@dataclass(frozen=True, slots=True)
class PackageHandler:
    studio: Studio

    async def package(self, job: PackageInput, ctx: JobContext) -> PackageOutput:
        video = await ctx.video()
        captions = [await _caption(caption_id, video, ctx) for caption_id in job.caption_ids]
        ctx.progress("prepare")
        async with media_file(ctx, video.content) as source:
            found = await self.studio.look_into(source, video.container, ctx)
            made = await self._encode(found.facts, job, source, ctx)
        refuse_unaligned([rung.segments for rung in made])
        ctx.progress("store")
        files = PackageFiles(ctx.blobs)
        variants = [await _store_rung(rung, job, files) for rung in made]
        tracks = [
            await _store_caption(number, caption, job, video, files, ctx)
            for number, caption in enumerate(captions, start=1)
        ]
        await files.add_playlist(MASTER_PLAYLIST, master_playlist(variants, tracks))
        used = (used_video(video), *(SourceUsed(sha256=each.cues.sha256, id=each.id) for each in captions))
        rendering = self.studio.rendering(used, *(rung.encoded for rung in made), because=why_mapped(found.facts))
        output = await _package(video, files, variants, rendering, ctx)
        return output.model_copy(update={"left_out": left_out_of(found.facts, kept_sounds=1)})

    async def _encode(self, facts: MediaFacts, job: PackageInput, source: Path, ctx: JobContext) -> list[MadeRung]:
        rungs = rungs_of(facts, job)
        shares = shares_of([rung.size.pixel_count for rung in rungs], reports(ctx))
        made = []
        for rung, on_progress in zip(rungs, shares, strict=True):
            files = rung_files(ctx.workdir, rung, job.segments)
            encoded = await self.studio.encoder.run(rung_work(facts, job, rung, source, files), on_progress)
            checked = await self.studio.check(files.media, ctx, container=DEMUXERS[job.segments])
            made.append(made_rung(rung, files, encoded, facts, checked.facts))
        return made


async def _caption(caption_id: str, video: Video, ctx: JobContext) -> Caption:
    return showable(caption_id, (await ctx.load(CAPTION, caption_id)).state, video)


async def _store_rung(made: MadeRung, job: PackageInput, files: PackageFiles) -> Variant:
    media = await files.add_media(made.files.media, MEDIA_TYPES[job.segments])
    playlist = renamed(made.files.playlist.read_text(), media)
    return variant_of(made, await files.add_playlist(made.files.playlist.name, playlist))


async def _store_caption(
    number: int, caption: Caption, job: PackageInput, video: Video, files: PackageFiles, ctx: JobContext
) -> CaptionTrack:
    track = caption_track(number, caption)
    text = caption_text(await stored_cues(caption, ctx.blobs), job.segments)
    name = await files.add_text(f"captions-{number}", text, TEXT_TYPES["vtt"])
    await files.add_playlist(track.playlist, caption_playlist(name, video.duration))
    return track


async def _package(
    video: Video, files: PackageFiles, variants: Sequence[Variant], rendering: Rendering, ctx: JobContext
) -> PackageOutput:
    """The video may have changed in the meantime; what was made is of the file that it had."""
    manifest, blob = await files.manifest()
    loaded = await ctx.load(VIDEO, video.id)
    if loaded.state is None or loaded.state.content.sha256 != video.content.sha256:
        raise PassingError("video_changed", "The video got another file while this one was packaged.")
    size_bytes = manifest.size_bytes
    ctx.change(
        loaded,
        VideoPackaged(
            manifest=blob, format=manifest.format, size_bytes=size_bytes, job_id=ctx.job.id, rendering=rendering
        ),
    )
    return PackageOutput(
        video_id=video.id,
        playlist=f"/v1/videos/{video.id}/hls/{MASTER_PLAYLIST}",
        variants=tuple(_told(variant) for variant in variants),
        size_bytes=size_bytes,
    )


def _told(variant: Variant) -> PackagedVariant:
    return PackagedVariant(
        width=variant.size.width,
        height=variant.size.height,
        bandwidth=variant.bandwidth,
        average_bandwidth=variant.average_bandwidth,
        codecs=variant.codecs,
    )
