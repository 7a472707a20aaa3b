"""Captions of what was cut: each clip gets those of its video, with the text of the clip at the moments of the clip."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinolog.common.aggregates import CAPTION, Caption, Loaded
from kinolog.common.events.caption import CaptionCreated, CaptionEdited, CaptionFacts
from kinolog.common.subtitles import CUES_MEDIA_TYPE, Cue, cues_to_json
from kinolog.common.subtitles.source import stored_cues
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.retime import retimed
from kinolog.render.domain.trim import Seconds


@dataclass(frozen=True, slots=True)
class Heirloom:
    """A caption of the video that is cut, and its text."""

    loaded: Loaded[Caption]
    cues: tuple[Cue, ...]


async def heirlooms(ctx: JobContext, video_id: str) -> tuple[Heirloom, ...]:
    """All captions of a video, read once for however many clips. Raises PermanentError for one that is unreadable."""
    captions = await ctx.captions_of(video_id)
    return tuple([Heirloom(each, await stored_cues(each.require(), ctx.blobs)) for each in captions])


async def inherit(
    ctx: JobContext, captions: Sequence[Heirloom], clip_id: str, windows: Sequence[Seconds]
) -> tuple[str, ...]:
    """Have a clip's captions appear with it. Returns their ids; where nothing is said in the clip, it gets none."""
    made = [await caption_like(ctx, each.loaded.require(), retimed(each.cues, windows), clip_id) for each in captions]
    return tuple(caption_id for caption_id in made if caption_id is not None)


async def retime(ctx: JobContext, captions: Sequence[Heirloom], windows: Sequence[Seconds]) -> tuple[str, ...]:
    """Have the captions of a video that is cut itself changed with it. Returns their ids."""
    for each in captions:
        cues = retimed(each.cues, windows)
        blob = await ctx.blobs.put_bytes(cues_to_json(cues), CUES_MEDIA_TYPE)
        ctx.change(each.loaded, CaptionEdited(cues=blob, cue_count=len(cues)))
    return tuple(each.loaded.id for each in captions)


async def caption_like(ctx: JobContext, facts: Caption, cues: Sequence[Cue], video_id: str) -> str | None:
    """Have a caption with other text appear with another video. Returns its id; None where there is no text."""
    if not cues:
        return None
    known = {name: getattr(facts, name) for name in CaptionFacts.model_fields}
    created = {
        "video_id": video_id,
        "cues": await ctx.blobs.put_bytes(cues_to_json(tuple(cues)), CUES_MEDIA_TYPE),
        "cue_count": len(cues),
        "job_id": ctx.job.id,
    }
    return ctx.create(CAPTION, CaptionCreated(**{**known, **created}))
