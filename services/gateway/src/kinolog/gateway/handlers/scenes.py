"""The scenes of a video, with the score of each frame that they were found by."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinolog.gateway.filename import content_disposition
from kinolog.gateway.handlers.media import serve_changeable
from kinolog.gateway.handlers.videos import VideoId
from kinolog.gateway.naming import live_video
from kinolog.gateway.params import Here
from kinolog.gateway.problems import not_found

router = APIRouter(prefix="/v1/videos/{id}", tags=["videos"])

_SCENES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {}}, "description": "The scenes, and the curve that they were found in"},
    304: {"description": "The caller has them already"},
}


@router.head("/scenes", include_in_schema=False)
@router.get("/scenes", operation_id="videos_scenes", response_class=Response, responses=_SCENES)
async def read_scenes(video_id: VideoId, request: Request, here: Here) -> Response:
    video = await live_video(here.desk, video_id, None)
    if video.scenes is None:
        raise not_found("list of scenes of the video", video_id)
    return await serve_changeable(request, here.blobs, video.scenes, content_disposition("inline", f"{video.id}.json"))
