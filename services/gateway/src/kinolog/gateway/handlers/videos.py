"""Videos: what is known about them. Their bytes are in `media`, their making in `uploads`."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.aggregates.deletion import refuse_if_deleted
from kinolog.common.events import Event
from kinolog.common.events.video import VideoDeleted, VideoRestored, VideoUpdated
from kinolog.common.fields import Request, Title
from kinolog.gateway.deletion import delete, restore
from kinolog.gateway.listing import MaybePaging, answer_page
from kinolog.gateway.params import Edit, Here, Post, QueryReason, id_of
from kinolog.gateway.views import ListView, VideoView, answer_done, answer_one

router = APIRouter(prefix="/v1/videos", tags=["videos"])

VideoId = Annotated[str, id_of("video", VIDEO.id_prefix)]
MaybeText = Annotated[str | None, Query(max_length=200)]
MaybeHash = Annotated[
    str | None, Query(pattern=r"^[0-9a-fA-F]{64}$", description="That of the file: videos of the very same bytes.")
]


class VideoPatch(Request):
    title: Title


@router.get("", operation_id="videos_list", response_model=ListView)
async def list_videos(
    here: Here,
    paging: MaybePaging,
    project_id: MaybeText = None,
    is_clip: bool | None = None,
    parent_video_id: MaybeText = None,
    sha256: MaybeHash = None,
) -> JSONResponse:
    filters = {"project_id": project_id, "is_clip": is_clip, "parent_video_id": parent_video_id}
    filters["sha256"] = sha256.lower() if sha256 else None
    return await answer_page(here.catalog, "videos", paging.query(filters, here.desk))


@router.get("/{id}", operation_id="videos_read", response_model=VideoView)
async def read_video(video_id: VideoId, here: Here) -> JSONResponse:
    return answer_one(await here.desk.load(VIDEO, video_id))


@router.patch("/{id}", operation_id="videos_update", response_model=VideoView)
async def update_video(video_id: VideoId, body: VideoPatch, here: Here, command: Edit) -> JSONResponse:
    def decide(video: Video) -> list[Event]:
        refuse_if_deleted("video", video.id, is_deleted=video.is_deleted)
        return [] if video.title == body.title else [VideoUpdated(title=body.title)]

    return answer_done(await here.desk.change(VIDEO, video_id, command, "update", decide))


@router.delete("/{id}", operation_id="videos_delete", response_model=VideoView)
async def delete_video(video_id: VideoId, here: Here, command: Edit, reason: QueryReason = None) -> JSONResponse:
    return answer_done(await delete(here.desk, VIDEO, video_id, command, VideoDeleted(reason=reason)))


@router.post("/{id}/restore", operation_id="videos_restore", response_model=VideoView)
async def restore_video(video_id: VideoId, here: Here, command: Post) -> JSONResponse:
    return answer_done(await restore(here.desk, VIDEO, video_id, command, VideoRestored()))
