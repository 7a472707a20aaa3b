"""What a request names must be there, and not deleted: otherwise it is `not-found`, at the field that names it."""

from typing import TypeVar

from kinolog.common.aggregates import CAPTION, PROJECT, VIDEO, Caption, Project, Video
from kinolog.common.aggregates.base import Aggregate
from kinolog.common.ids import is_id
from kinolog.gateway.desk import Desk
from kinolog.gateway.problems import Problem, not_found

D = TypeVar("D", Project, Video, Caption)


async def live_project(desk: Desk, project_id: str, pointer: str = "/project_id") -> Project:
    return await _live(desk, PROJECT, project_id, pointer)


async def live_video(desk: Desk, video_id: str, pointer: str | None = "/video_id") -> Video:
    return await _live(desk, VIDEO, video_id, pointer)


async def live_caption(desk: Desk, caption_id: str, pointer: str | None = "/input_data/caption_id") -> Caption:
    return await _live(desk, CAPTION, caption_id, pointer)


async def _live(desk: Desk, aggregate: Aggregate[D], aggregate_id: str, pointer: str | None) -> D:
    missing: Problem = not_found(aggregate.kind, aggregate_id, pointer)
    if not is_id(aggregate_id, aggregate.id_prefix):
        raise missing
    loaded = await desk.find(aggregate, aggregate_id)
    if loaded.state is None or loaded.state.is_deleted:
        raise missing
    return loaded.state
