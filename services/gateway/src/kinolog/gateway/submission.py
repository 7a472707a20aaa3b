"""From a wish to a job's first event: everything it names is looked up, everything it leaves open is settled."""

from collections.abc import Mapping

from kinolog.common.aggregates import JOB, Job, Video
from kinolog.common.controls import secret_setting
from kinolog.common.errors import Refused
from kinolog.common.events import Event
from kinolog.common.events.job import Submission
from kinolog.common.ids import is_id
from kinolog.common.queries import ListQuery
from kinolog.gateway.controls import find_setting
from kinolog.gateway.desk import Desk
from kinolog.gateway.domain.wish import (
    Wish,
    caption_made_by,
    named_caption,
    place_of,
    project_of,
    refuse_bad_references,
    refuse_beyond_its_end,
    refuse_foreign_caption,
    refuse_unfit,
)
from kinolog.gateway.listing import Catalog
from kinolog.gateway.look import LookCheck
from kinolog.gateway.naming import live_caption, live_project, live_video
from kinolog.gateway.problems import FieldError, Problem, invalid, shorten


async def settle(wish: Wish, desk: Desk, catalog: Catalog, looks: LookCheck) -> Event:
    """Raises Refused, or the problem `not-found` for what is missing or deleted."""
    return (await settle_wish(wish, desk, catalog, looks)).event()


async def settle_wish(wish: Wish, desk: Desk, catalog: Catalog, looks: LookCheck) -> Wish:
    """The same wish with nothing left open."""
    refuse_unfit(wish)
    asked = wish.submission
    if asked.project_id:
        await live_project(desk, asked.project_id)
    await _refuse_unknown_secret(asked, desk)
    video = await live_video(desk, asked.video_id) if asked.video_id else None
    jobs = await _dependencies(wish, desk)
    refuse_bad_references(wish, jobs)
    if video is not None:
        refuse_beyond_its_end(wish, video)
    wish = wish.having(project_id=project_of(wish, video, jobs))
    await _refuse_unknown_look(wish.submission, looks)
    return await _with_caption(wish, video, jobs, desk, catalog)


async def _refuse_unknown_secret(asked: Submission, desk: Desk) -> None:
    name = asked.input_data.get("cookies")
    if not isinstance(name, str):
        return
    setting = await find_setting(desk, secret_setting(name))
    if setting is None or setting.value is None:
        raise invalid("/input_data/cookies", f"there is no secret {name}: store it by PUT /v1/secrets/{name}")


async def _refuse_unknown_look(asked: Submission, looks: LookCheck) -> None:
    style = asked.input_data.get("style")
    if isinstance(style, dict):
        await looks.refuse_unknown(style, asked.project_id, "/input_data/style")


async def _dependencies(wish: Wish, desk: Desk) -> dict[str, Job]:
    jobs: dict[str, Job] = {}
    for job_id in wish.dependencies:
        job = (await desk.find(JOB, job_id)).state if is_id(job_id, JOB.id_prefix) else None
        if job is None:
            raise Refused("validation", f"there is no job {shorten(job_id, 60)}", field=place_of(wish, job_id))
        jobs[job_id] = job
    return jobs


async def _with_caption(wish: Wish, video: Video | None, jobs: Mapping[str, Job], desk: Desk, catalog: Catalog) -> Wish:
    if (caption_id := named_caption(wish)) is not None:
        caption = await live_caption(desk, caption_id)
        if video is not None:
            refuse_foreign_caption(caption, video.id)
    if not wish.lacks_a_caption:
        return wish
    if (made := caption_made_by(wish, jobs)) is not None:
        return wish.with_caption(made)
    if video is None:
        detail = "say which caption of the video to burn, or depend on the caption job that makes it"
        raise invalid("/input_data/caption_id", detail)
    return wish.with_caption(await _newest_caption(video.id, desk, catalog))


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
