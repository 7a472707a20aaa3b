"""From a wish to a submission: everything it names is looked up, everything it leaves open is settled."""

from kinolog.common.aggregates import Video
from kinolog.common.events.job import Submission
from kinolog.common.jobs import BurnInput
from kinolog.common.queries import ListQuery
from kinolog.gateway.desk import Desk
from kinolog.gateway.domain import Wish, refuse_foreign_caption, refuse_unfit, submission
from kinolog.gateway.listing import Catalog
from kinolog.gateway.naming import live_caption, live_project, live_video
from kinolog.gateway.problems import FieldError, Problem


async def settle(wish: Wish, desk: Desk, catalog: Catalog) -> Submission:
    """Raises Refused, or the problem `not-found` for what is missing or deleted."""
    refuse_unfit(wish, None)
    video = await live_video(desk, wish.video_id) if wish.video_id else None
    if wish.project_id:
        await live_project(desk, wish.project_id)
    refuse_unfit(wish, video)
    return submission(wish, video=video, caption_id=await _settle_caption(wish, video, desk, catalog))


async def _settle_caption(wish: Wish, video: Video | None, desk: Desk, catalog: Catalog) -> str | None:
    if video is None or not isinstance(wish.input, BurnInput):
        return None
    if wish.input.caption_id is None:
        return await _newest_caption(video.id, desk, catalog)
    refuse_foreign_caption(await live_caption(desk, wish.input.caption_id), video.id)
    return wish.input.caption_id


async def _newest_caption(video_id: str, desk: Desk, catalog: Catalog) -> str:
    """Which captions a video has is a question for the catalog; the job then names the one that was found.

    A worker may have written the caption a moment ago, so the catalog must know the whole log first.
    """
    newest = await desk.last_sequence()
    query = ListQuery(filters={"video_id": video_id}, limit=1, sort="-created_at", min_seq=newest)
    found = (await catalog.page("captions", query)).data
    if not found:
        detail = "the video has no caption: submit a caption job for it and wait for it, then burn"
        raise Problem("conflict", detail, errors=[FieldError("/input_data/caption_id", detail)])
    return str(found[0]["id"])
