"""Which caption a job works on: the one it names, the one it waits for, the video's default, or else its newest."""

from collections.abc import Mapping

from kinolog.common.aggregates import CAPTION, Caption, Job, Video
from kinolog.common.queries import ListQuery
from kinolog.gateway.desk import Desk
from kinolog.gateway.domain.wish import (
    Wish,
    caption_made_by,
    named_caption,
    refuse_foreign_caption,
    refuse_same_language,
)
from kinolog.gateway.listing import Catalog
from kinolog.gateway.naming import live_caption
from kinolog.gateway.problems import FieldError, Problem, invalid


async def with_caption(wish: Wish, video: Video | None, jobs: Mapping[str, Job], desk: Desk, catalog: Catalog) -> Wish:
    """The same wish with its caption named. Raises Refused for one that cannot be meant, and problems."""
    if (caption_id := named_caption(wish)) is not None:
        caption = await live_caption(desk, caption_id)
        if video is not None:
            refuse_foreign_caption(caption, video.id)
        refuse_same_language(wish, caption)
    if not wish.lacks_a_caption:
        return wish
    if (made := caption_made_by(wish, jobs)) is not None:
        return wish.with_caption(made)
    if video is None:
        detail = "say which caption of the video is meant, or depend on the caption job that makes it"
        raise invalid("/input_data/caption_id", detail)
    caption = await _default_caption(video, desk) or await _newest_caption(wish, video, desk, catalog)
    refuse_same_language(wish, caption)
    return wish.with_caption(caption.id)


async def _default_caption(video: Video, desk: Desk) -> Caption | None:
    """The one that somebody chose, as long as it is there."""
    if video.default_caption_id is None:
        return None
    caption = (await desk.find(CAPTION, video.default_caption_id)).state
    return None if caption is None or caption.is_deleted else caption


async def _newest_caption(wish: Wish, video: Video, desk: Desk, catalog: Catalog) -> Caption:
    """Which captions a video has is a question for the catalog; the job then names the one that was found.

    A worker may have written the caption a moment ago, so the catalog must know the whole log first.
    """
    newest = await desk.last_sequence()
    query = ListQuery(filters={"video_id": video.id}, limit=1, sort="-created_at", min_seq=newest)
    found = (await catalog.page("captions", query)).data
    if not found:
        detail = f"the video has no caption: submit a caption job for it and wait for it, then {wish.submission.type}"
        raise Problem("conflict", detail, errors=[FieldError("/input_data/caption_id", detail)])
    return await live_caption(desk, str(found[0]["id"]))
