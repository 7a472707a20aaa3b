"""Packaging for HLS: one run of the encoder for each rung, and what its files must be to go together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.common.aggregates import Caption, Video
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs.package import PackageInput, SegmentFormat
from kinolog.common.media.facts import MediaFacts
from kinolog.common.subtitles import Cue
from kinolog.common.subtitles.vtt import to_vtt
from kinolog.render.domain.colour import colour_plan
from kinolog.render.domain.ladder import Rung, ladder
from kinolog.render.domain.playlist import CaptionTrack, Segment, Variant, bandwidths_of, codecs_of, segments_of
from kinolog.render.domain.recipe import LOSABLE_FRAMES, LOSABLE_SECONDS, countable_frames
from kinolog.render.domain.transcode import picture_filters, source_size
from kinolog.render.domain.work import Encoded, Picture, Sound, Source, Work

EXTENSIONS: Final[dict[SegmentFormat, str]] = {"fmp4": "mp4", "ts": "ts"}
DEMUXERS: Final[dict[SegmentFormat, str]] = {"fmp4": "mp4", "ts": "mpegts"}
MEDIA_TYPES: Final[dict[SegmentFormat, str]] = {"fmp4": "video/mp4", "ts": "video/mp2t"}

_SEGMENT_TYPES: Final[dict[SegmentFormat, str]] = {"fmp4": "fmp4", "ts": "mpegts"}
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_UNDETERMINED: Final = "und"
# ffmpeg begins a transport stream 1.4 s into its clock of 90,000 ticks.
_TS_CLOCK: Final = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n"


@dataclass(frozen=True, slots=True)
class RungFiles:
    """What ffmpeg writes of one rung; `playlist` is its output."""

    playlist: Path
    media: Path
    master: Path


@dataclass(frozen=True, slots=True)
class MadeRung:
    """A rung that was found to be whole, and what its playlists tell."""

    rung: Rung
    files: RungFiles
    encoded: Encoded
    segments: tuple[Segment, ...]
    codecs: str
    frame_rate: float | None


def rung_files(folder: Path, rung: Rung, segments: SegmentFormat) -> RungFiles:
    name = f"v{rung.size.shorter_side}"
    return RungFiles(folder / f"{name}.m3u8", folder / f"{name}.{EXTENSIONS[segments]}", folder / f"{name}.codecs.m3u8")


def rungs_of(facts: MediaFacts, job: PackageInput) -> tuple[Rung, ...]:
    """Raises PermanentError for a video without a picture."""
    size = source_size(facts)
    if size is None:
        raise PermanentError("media_unsupported", "The video is sound alone: it has no picture to package.")
    return ladder(size, job.heights, facts.frame_rate)


def rung_work(facts: MediaFacts, job: PackageInput, rung: Rung, source: Path, files: RungFiles) -> Work:
    """Key frames at the same moments in every rung, so that a player can change from one to another there."""
    plan = colour_plan(facts.colour, source_size(facts) or rung.size, "h264", "auto")
    sound = () if facts.audio_stream is None else ("-map", f"0:{facts.audio_stream}", "-ac", "2")
    picture = (
        *("-map", f"0:{facts.video_stream}", "-filter:v", ",".join(picture_filters(facts, plan, rung.size))),
        *("-fps_mode", "passthrough", "-enc_time_base:v", "filter"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{job.segment_seconds:g})"),
    )
    return Work(
        sources=(Source(path=source, container=facts.container),),
        arguments=(*picture, *sound),
        picture=Picture(quality=job.quality, most_kbps=rung.most_kbps),
        sounds=(Sound(kbps=job.sound_kbps),) if sound else (),
        output=files.playlist,
        seconds=facts.duration,
        muxer="hls",
        muxer_options=_hls_options(job, files),
    )


def made_rung(rung: Rung, files: RungFiles, encoded: Encoded, source: MediaFacts, made: MediaFacts) -> MadeRung:
    """Read what ffmpeg listed. Raises PassingError for a rung that is not the whole film, or whose playlist is not."""
    segments = segments_of(files.playlist.read_text())
    codecs = codecs_of(files.master.read_text())
    _refuse_incomplete(rung, source, made, segments)
    if codecs is None:
        raise PassingError("output_wrong", "The encoder did not tell the codecs of a quality.")
    return MadeRung(rung, files, encoded, segments, codecs, told_frame_rate(source, made))


def told_frame_rate(source: MediaFacts, made: MediaFacts) -> float | None:
    """The highest there is, as RFC 8216 has it (4.3.4.2): a variable rate is that of the busiest second.

    It is one for all qualities, since they have the same frames. Only of an interlaced source fields may have been
    counted.
    """
    film = made if source.is_interlaced else source
    if not film.is_variable_frame_rate:
        return film.frame_rate
    return max(film.frame_rate or 0.0, float(film.most_frames_in_a_second)) or None


def variant_of(made: MadeRung, playlist: str) -> Variant:
    worst, average = bandwidths_of(made.segments)
    return Variant(
        playlist=playlist,
        size=made.rung.size,
        frame_rate=made.frame_rate,
        bandwidth=worst,
        average_bandwidth=average,
        codecs=made.codecs,
    )


def refuse_unaligned(rungs: Sequence[Sequence[Segment]]) -> None:
    """Raises PassingError unless the segments of all rungs begin at the same moments."""
    lengths = {tuple(round(segment.seconds, 3) for segment in segments[:-1]) for segments in rungs}
    if len(lengths) > 1:
        raise PassingError("output_wrong", "The qualities came out cut at different moments.")


def showable(caption_id: str, caption: Caption | None, video: Video) -> Caption:
    """Raises PermanentError for a caption that is gone or another video's."""
    if caption is None or caption.is_deleted:
        raise PermanentError("caption_missing", f"caption_ids: the caption {caption_id} does not exist or is deleted.")
    if caption.video_id != video.id:
        raise PermanentError("caption_missing", f"caption_ids: the caption {caption_id} belongs to another video.")
    return caption


def caption_track(number: int, caption: Caption) -> CaptionTrack:
    """Called by its language; with its number, since there may be several of one."""
    language = caption.language if _LANGUAGE.fullmatch(caption.language) else _UNDETERMINED
    return CaptionTrack(playlist=f"captions-{number}.m3u8", language=language, name=f"{language} {number}")


def caption_text(cues: Sequence[Cue], segments: SegmentFormat) -> str:
    """WebVTT on the clock of the segments."""
    text = to_vtt(cues)
    return text.replace("WEBVTT\n", _TS_CLOCK, 1) if segments == "ts" else text


def _refuse_incomplete(rung: Rung, source: MediaFacts, made: MediaFacts, segments: Sequence[Segment]) -> None:
    frame_count = countable_frames(source, source.frame_count)
    lost = 0 if frame_count is None else frame_count - made.frame_count
    listed = sum(segment.seconds for segment in segments)
    is_whole = 0 <= lost <= LOSABLE_FRAMES and abs(source.duration - listed) <= 2 * LOSABLE_SECONDS
    if (made.video_codec, source_size(made)) != ("h264", rung.size) or not is_whole:
        came = f"{made.video_codec} {source_size(made)}, {made.frame_count} frames, {listed:.2f} s listed"
        wanted = f"h264 {rung.size}, {frame_count} frames, {source.duration:.2f} s"
        raise PassingError("output_incomplete", f"A quality came out as {came} instead of {wanted}.")


def _hls_options(job: PackageInput, files: RungFiles) -> tuple[str, ...]:
    return (
        *("-hls_time", f"{job.segment_seconds:g}", "-hls_playlist_type", "vod"),
        *("-hls_flags", "single_file+independent_segments", "-hls_segment_type", _SEGMENT_TYPES[job.segments]),
        *("-hls_segment_filename", str(files.media.absolute()), "-master_pl_name", files.master.name),
    )
