"""From a wish to a job's first event: everything it names is looked up, everything it leaves open is settled."""

from kinolog.common.aggregates import JOB, Job, Video
from kinolog.common.controls import secret_setting
from kinolog.common.errors import Refused
from kinolog.common.events import Event
from kinolog.common.events.job import Submission
from kinolog.common.ids import is_id
from kinolog.gateway.caption_choice import with_caption
from kinolog.gateway.controls import find_setting
from kinolog.gateway.desk import Desk
from kinolog.gateway.domain.job_limits import refuse_excess
from kinolog.gateway.domain.wish import (
    Wish,
    place_of,
    project_of,
    refuse_bad_references,
    refuse_beyond_its_end,
    refuse_unfit,
)
from kinolog.gateway.look import LookCheck
from kinolog.gateway.naming import live_project, live_video
from kinolog.gateway.params import Gateway
from kinolog.gateway.problems import invalid, shorten


async def settle(wish: Wish, here: Gateway) -> Event:
    """Raises Refused, or the problem `not-found` for what is missing or deleted."""
    return (await settle_wish(wish, here)).event()


async def settle_wish(wish: Wish, here: Gateway) -> Wish:
    """The same wish with nothing left open."""
    refuse_unfit(wish)
    asked, desk = wish.submission, here.desk
    if asked.project_id:
        await live_project(desk, asked.project_id)
    await _refuse_unknown_secret(asked, desk)
    video = await live_video(desk, asked.video_id) if asked.video_id else None
    jobs = await _dependencies(wish, desk)
    refuse_bad_references(wish, jobs)
    if video is not None:
        refuse_beyond_its_end(wish, video)
    refuse_excess(asked, video, here.job_limits)
    wish = wish.having(project_id=project_of(wish, video, jobs))
    await _refuse_unknown_look(wish.submission, video, here.looks)
    return await with_caption(wish, video, jobs, desk, here.catalog)


async def _refuse_unknown_secret(asked: Submission, desk: Desk) -> None:
    name = asked.input_data.get("cookies")
    if not isinstance(name, str):
        return
    setting = await find_setting(desk, secret_setting(name))
    if setting is None or setting.value is None:
        raise invalid("/input_data/cookies", f"there is no secret {name}: store it by PUT /v1/secrets/{name}")


async def _refuse_unknown_look(asked: Submission, video: Video | None, looks: LookCheck) -> None:
    """Whatever project the job is for, captions look as the video's project has it."""
    style = asked.input_data.get("style")
    if isinstance(style, dict):
        project_id = asked.project_id if video is None else video.project_id
        await looks.refuse_unknown(style, project_id, "/input_data/style")


async def _dependencies(wish: Wish, desk: Desk) -> dict[str, Job]:
    jobs: dict[str, Job] = {}
    for job_id in wish.dependencies:
        job = (await desk.find(JOB, job_id)).state if is_id(job_id, JOB.id_prefix) else None
        if job is None:
            raise Refused("validation", f"there is no job {shorten(job_id, 60)}", field=place_of(wish, job_id))
        jobs[job_id] = job
    return jobs
