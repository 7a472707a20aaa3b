"""The bytes of videos and of their thumbnails, streamed from the blob store in constant memory."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import BlobMissing
from kinolog.common.events import BlobRef
from kinolog.gateway.byte_range import ByteRange, parse_range
from kinolog.gateway.filename import content_disposition
from kinolog.gateway.handlers.videos import VideoId
from kinolog.gateway.naming import live_video
from kinolog.gateway.params import Here
from kinolog.gateway.problems import not_found

router = APIRouter(prefix="/v1/videos/{id}", tags=["videos"])

CHANGEABLE: Final = "private, no-cache"

_SHOWN_TYPES: Final = re.compile(
    r"(video|audio)/[a-z0-9.+-]{1,60}|image/(gif|jpeg|png|webp)"
    r"|application/(json|vnd\.apple\.mpegurl)|text/vtt; charset=utf-8"
)
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"video/*": {}}, "description": "The whole file"},
    206: {"content": {"video/*": {}}, "description": "The part that `Range` asked for"},
    304: {"description": "The caller has it already"},
}
_Download = Annotated[bool, Query(description="Offer the file for saving instead of showing it.")]


@router.head("/content", include_in_schema=False)
@router.get("/content", operation_id="videos_content", response_class=Response, responses=_FILE)
async def read_content(video_id: VideoId, request: Request, here: Here, download: _Download = False) -> Response:
    video = await live_video(here.desk, video_id, None)
    disposition = content_disposition("attachment" if download else "inline", video.filename)
    return await serve_changeable(request, here.blobs, video.content, disposition)


@router.head("/thumbnail", include_in_schema=False)
@router.get("/thumbnail", operation_id="videos_thumbnail", response_class=Response, responses=_FILE)
async def read_thumbnail(video_id: VideoId, request: Request, here: Here) -> Response:
    video = await live_video(here.desk, video_id, None)
    if video.thumbnail is None:
        raise not_found("thumbnail of the video", video_id)
    return await serve_changeable(
        request, here.blobs, video.thumbnail, content_disposition("inline", f"{video.id}.jpg")
    )


async def serve_changeable(request: Request, blobs: BlobStore, blob: BlobRef, disposition: str) -> Response:
    """What may be made anew under the same address, so that what a browser has must be compared."""
    response = await serve(request, blobs, blob, disposition)
    response.headers["Cache-Control"] = CHANGEABLE
    return response


async def serve(request: Request, blobs: BlobStore, blob: BlobRef, disposition: str) -> Response:
    """A blob never changes, so its hash is its ETag and a browser may keep it, though nobody on the way may."""
    headers = _headers(blob, disposition)
    if headers["ETag"] in _listed(request, "if-none-match"):
        return Response(status_code=304, headers=headers)
    part = _wanted_part(request, blob, headers["ETag"])
    if not await blobs.exists(blob.sha256):
        raise BlobMissing(blob.sha256)
    start, end = (part.start, part.end) if part else (0, blob.size_bytes)
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = part.content_range
    status, media_type = (206 if part else 200), _shown_type(blob.media_type)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(blobs.stream(blob, start, end), status, headers, media_type)


def _headers(blob: BlobRef, disposition: str) -> dict[str, str]:
    return {
        "ETag": f'"{blob.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": disposition,
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def _wanted_part(request: Request, blob: BlobRef, etag: str) -> ByteRange | None:
    """With `If-Range`, a part is wanted only of the very file that the caller has the rest of."""
    if_range = request.headers.get("if-range")
    if if_range is not None and if_range != etag:
        return None
    return parse_range(request.headers.get("range"), blob.size_bytes)


def _listed(request: Request, header: str) -> list[str]:
    return [value.strip().removeprefix("W/") for value in request.headers.get(header, "").split(",")]


def _shown_type(media_type: str) -> str:
    """Nothing that a browser would run is ever served as what it claims to be."""
    return media_type if _SHOWN_TYPES.fullmatch(media_type) else "application/octet-stream"
