"""A packaged video, as players of HLS ask for it: the playlist of playlists, then whatever that names."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from kinolog.common.events import BlobRef
from kinolog.common.packages import PLAYLIST_MEDIA_TYPE, manifest_from_json
from kinolog.gateway.filename import content_disposition
from kinolog.gateway.handlers.media import serve
from kinolog.gateway.handlers.videos import VideoId
from kinolog.gateway.naming import live_video
from kinolog.gateway.params import Gateway, Here
from kinolog.gateway.problems import not_found

router = APIRouter(prefix="/v1/videos/{id}/hls", tags=["videos"])

# Their names stay when a video is packaged again, so that what a browser has must be compared.
_PLAYLIST_CACHE: Final = "private, no-cache"

FileInPackage = Annotated[str, Path(max_length=100, description="`master.m3u8`, and what it leads to.")]


@router.head("/{file}", include_in_schema=False)
@router.get("/{file}", operation_id="videos_hls", response_class=Response)
async def read_package(video_id: VideoId, file: FileInPackage, request: Request, here: Here) -> Response:
    blob = await _file(video_id, file, here)
    response = await serve(request, here.blobs, blob, content_disposition("inline", file))
    if blob.media_type == PLAYLIST_MEDIA_TYPE:
        response.headers["Cache-Control"] = _PLAYLIST_CACHE
    return response


async def _file(video_id: str, file: str, here: Gateway) -> BlobRef:
    video = await live_video(here.desk, video_id, None)
    if video.package is None:
        raise not_found("package of the video", video_id)
    files = manifest_from_json(await here.blobs.read(video.package)).files
    if file not in files:
        raise not_found("file in the package of the video", file)
    return files[file]
