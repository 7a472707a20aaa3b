"""All that was found in a video's file: its streams, chapters and key frames."""

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

_PROBE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {}}, "description": "Streams, chapters, key frames, and what tags tell"},
    304: {"description": "The caller has it already"},
}


@router.head("/probe", include_in_schema=False)
@router.get("/probe", operation_id="videos_probe", response_class=Response, responses=_PROBE)
async def read_probe(video_id: VideoId, request: Request, here: Here) -> Response:
    video = await live_video(here.desk, video_id, None)
    if video.probe is None:
        raise not_found("probe report of the video", video_id)
    return await serve_changeable(request, here.blobs, video.probe, content_disposition("inline", f"{video.id}.json"))
