"""The newest short moving picture that stands for a video."""

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

_PREVIEW: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/gif": {}, "image/webp": {}, "video/mp4": {}}, "description": "The whole file"},
    206: {"content": {"video/mp4": {}}, "description": "The part that `Range` asked for"},
    304: {"description": "The caller has it already"},
}
_SUFFIXES: Final = {"image/gif": "gif", "image/webp": "webp"}


@router.head("/preview", include_in_schema=False)
@router.get("/preview", operation_id="videos_preview", response_class=Response, responses=_PREVIEW)
async def read_preview(video_id: VideoId, request: Request, here: Here) -> Response:
    video = await live_video(here.desk, video_id, None)
    if video.preview is None:
        raise not_found("preview of the video", video_id)
    name = f"{video.id}.{_SUFFIXES.get(video.preview.media_type, 'mp4')}"
    return await serve_changeable(request, here.blobs, video.preview, content_disposition("inline", name))
