"""How a video sounds: its waveform, as figures and drawn, its loudness, and where it is silent."""

from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from kinolog.common.aggregates import Video
from kinolog.common.events.video import SoundFacts, Waveform
from kinolog.gateway.filename import content_disposition
from kinolog.gateway.handlers.media import serve_changeable
from kinolog.gateway.handlers.videos import VideoId
from kinolog.gateway.naming import live_video
from kinolog.gateway.params import Here
from kinolog.gateway.problems import not_made

router = APIRouter(prefix="/v1/videos/{id}", tags=["videos"])


class WaveformFormat(StrEnum):
    JSON = "json"
    PNG = "png"


class Silence(BaseModel):
    """From when, until when, in seconds."""

    start: float
    end: float


class Silences(BaseModel):
    """What stays below `threshold_db` for at least `shortest_seconds`."""

    threshold_db: float
    shortest_seconds: float
    silences: tuple[Silence, ...]


class SoundView(Silences):
    """Loudness by EBU R 128; null where the sound is too quiet or too short to say."""

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None
    silence_count: int
    silent_seconds: float


_WAVEFORM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {}, "image/png": {}}, "description": "As audiowaveform writes it, or drawn"},
    304: {"description": "The caller has it already"},
}
_Format = Annotated[WaveformFormat, Query(description="Figures for players, or a picture.")]


@router.head("/waveform", include_in_schema=False)
@router.get("/waveform", operation_id="videos_waveform", response_class=Response, responses=_WAVEFORM)
async def read_waveform(
    video_id: VideoId, request: Request, here: Here, format: _Format = WaveformFormat.JSON
) -> Response:
    video = await live_video(here.desk, video_id, None)
    waveform = _waveform(video)
    content = waveform.picture if format is WaveformFormat.PNG else waveform.content
    return await serve_changeable(request, here.blobs, content, content_disposition("inline", f"{video.id}.{format}"))


@router.head("/waveform.png", include_in_schema=False)
@router.get("/waveform.png", operation_id="videos_waveform_picture", response_class=Response, responses=_WAVEFORM)
async def read_picture(video_id: VideoId, request: Request, here: Here) -> Response:
    return await read_waveform(video_id, request, here, WaveformFormat.PNG)


@router.get("/sound", operation_id="videos_sound", response_model=SoundView)
async def read_sound(video_id: VideoId, here: Here) -> SoundView:
    sound = _sound(await live_video(here.desk, video_id, None))
    silences = Silences.model_validate_json(await here.blobs.read(sound.silences))
    return SoundView(**silences.model_dump(), **sound.model_dump(exclude={"silences"}))


def _waveform(video: Video) -> Waveform:
    if video.waveform is None:
        raise not_made("waveform", video.id)
    return video.waveform


def _sound(video: Video) -> SoundFacts:
    if video.sound is None:
        raise not_made("sound", video.id)
    return video.sound
