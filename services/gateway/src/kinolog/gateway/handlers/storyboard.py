"""The storyboard of a video: a sheet of small pictures, and the track by which players find the one they want."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinolog.common.aggregates import Video
from kinolog.common.events.video import Storyboard
from kinolog.common.subtitles.timestamp import milliseconds, timestamp
from kinolog.gateway.filename import content_disposition
from kinolog.gateway.handlers.media import CHANGEABLE, serve_changeable
from kinolog.gateway.handlers.videos import VideoId
from kinolog.gateway.naming import live_video
from kinolog.gateway.params import Here
from kinolog.gateway.problems import not_made

router = APIRouter(prefix="/v1/videos/{id}", tags=["videos"])

VTT: Final = "text/vtt; charset=utf-8"

_TRACK: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/vtt": {}}, "description": "A cue for each tile, with its place on the sheet"},
}
_SHEET: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/jpeg": {}}, "description": "All tiles, row by row"},
    304: {"description": "The caller has it already"},
}


@router.head("/storyboard.vtt", include_in_schema=False)
@router.get("/storyboard.vtt", operation_id="videos_storyboard_track", response_class=Response, responses=_TRACK)
async def read_track(video_id: VideoId, here: Here) -> Response:
    """Players show the pictures over their seek bar. Addresses in the track are relative to its own."""
    video = await live_video(here.desk, video_id, None)
    track = storyboard_track(_storyboard(video), video.duration)
    return Response(track, headers={"Cache-Control": CHANGEABLE}, media_type=VTT)


@router.head("/storyboard.jpg", include_in_schema=False)
@router.get("/storyboard.jpg", operation_id="videos_storyboard", response_class=Response, responses=_SHEET)
async def read_sheet(video_id: VideoId, request: Request, here: Here) -> Response:
    video = await live_video(here.desk, video_id, None)
    sheet = _storyboard(video).content
    return await serve_changeable(request, here.blobs, sheet, content_disposition("inline", f"{video.id}.jpg"))


def storyboard_track(board: Storyboard, duration: float) -> str:
    """WebVTT. The last tile is shown to the end of a film of so many seconds."""
    return "WEBVTT\n\n" + "".join(_cues(board, duration))


def _cues(board: Storyboard, duration: float) -> Iterator[str]:
    for tile in range(board.tile_count):
        start = tile * board.interval_seconds
        end = start + board.interval_seconds if tile + 1 < board.tile_count else max(duration, start + 0.001)
        row, column = divmod(tile, board.columns)
        place = f"{column * board.tile_width},{row * board.tile_height},{board.tile_width},{board.tile_height}"
        yield f"{_moment(start)} --> {_moment(end)}\nstoryboard.jpg#xywh={place}\n\n"


def _moment(seconds: float) -> str:
    return timestamp(milliseconds(seconds), decimal_mark=".")


def _storyboard(video: Video) -> Storyboard:
    if video.storyboard is None:
        raise not_made("storyboard", video.id)
    return video.storyboard
