"""What comes along with a video from a site: what is told of it there, and its subtitles, as captions."""

import asyncio
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from kinolog.common.aggregates import CAPTION
from kinolog.common.events import Event
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.events.video import VideoSourceDescribed
from kinolog.common.subtitles import CUES_MEDIA_TYPE, Cue, cues_to_json
from kinolog.common.subtitles.reading import SubtitlesRefused, likely_format, read_subtitles
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.fetching import Fetched, Subtitles
from kinolog.ingest.domain.identities import project_of

_LARGEST_SUBTITLES_BYTES: Final = 16 * 1024 * 1024
_LONGEST_STEM: Final = 200

_logger: Final = structlog.get_logger(__name__)


async def told_of(fetched: Fetched, ctx: JobContext) -> list[Event]:
    if fetched.description is None:
        return []
    content = await ctx.blobs.put_file(fetched.description, "application/json")
    return [VideoSourceDescribed(content=content, job_id=ctx.job.id)]


class Captioned(NamedTuple):
    """`missing` are languages that were asked for, and could not be had or read."""

    caption_ids: tuple[str, ...]
    missing: tuple[str, ...]


async def caption(fetched: Fetched, video_id: str, ctx: JobContext) -> Captioned:
    """Captions that appear with the video."""
    made = [(each.language, await _caption(each, fetched.filename, video_id, ctx)) for each in fetched.subtitles]
    unreadable = (language for language, caption_id in made if caption_id is None)
    there = tuple(caption_id for _, caption_id in made if caption_id is not None)
    return Captioned(there, (*fetched.missing_subtitles, *unreadable))


async def _caption(subtitles: Subtitles, filename: str, video_id: str, ctx: JobContext) -> str | None:
    try:
        cues = await asyncio.to_thread(_read, subtitles.file)
    except (OSError, ValueError, SubtitlesRefused) as error:
        _logger.warning("Left subtitles out", job_id=ctx.job.id, language=subtitles.language, error=str(error))
        return None
    created = CaptionCreated(
        video_id=video_id,
        project_id=project_of(ctx.job),
        filename=f"{Path(filename).stem[:_LONGEST_STEM]}.{subtitles.language}.srt",
        language=subtitles.language,
        style={},
        cues=await ctx.blobs.put_bytes(cues_to_json(cues), CUES_MEDIA_TYPE),
        cue_count=len(cues),
        word_level=any(cue.words for cue in cues),
        job_id=ctx.job.id,
    )
    return ctx.create(CAPTION, created)


def _read(file: Path) -> tuple[Cue, ...]:
    """What can be understood of it: sites write subtitles well or badly, and nobody is there to put them right."""
    if file.stat().st_size > _LARGEST_SUBTITLES_BYTES:
        raise ValueError(f"they have more than {_LARGEST_SUBTITLES_BYTES} bytes")
    text = file.read_text(encoding="utf-8", errors="replace")
    return read_subtitles(text, likely_format(text), is_lenient=True).cues
