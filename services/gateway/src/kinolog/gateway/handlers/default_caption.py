"""Which of a video's captions is meant where none is named. Nobody has to choose: until then it is the newest."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import JSONResponse

from kinolog.common.aggregates import CAPTION, VIDEO, Video
from kinolog.common.aggregates.deletion import refuse_if_deleted
from kinolog.common.events import Event
from kinolog.common.events.video import VideoCaptionChosen
from kinolog.common.fields import Request, Title
from kinolog.common.ids import is_id
from kinolog.gateway.desk import Desk
from kinolog.gateway.handlers.videos import VideoId
from kinolog.gateway.params import Edit, Here
from kinolog.gateway.problems import invalid, shorten
from kinolog.gateway.views import VideoView, answer_done

router = APIRouter(prefix="/v1/videos/{id}", tags=["videos"])


class DefaultCaption(Request):
    """Null goes back to the newest, and so does a chosen caption that is deleted, as long as it is."""

    caption_id: Annotated[str, Field(max_length=60)] | None
    reason: Title | None = None


@router.put("/default-caption", operation_id="videos_choose_caption", response_model=VideoView)
async def choose_caption(video_id: VideoId, body: DefaultCaption, here: Here, command: Edit) -> JSONResponse:
    if body.caption_id is not None:
        await _refuse_unfit(here.desk, video_id, body.caption_id)

    def decide(video: Video) -> list[Event]:
        refuse_if_deleted("video", video.id, is_deleted=video.is_deleted)
        chosen = VideoCaptionChosen(caption_id=body.caption_id, reason=body.reason)
        return [] if video.default_caption_id == body.caption_id else [chosen]

    return answer_done(await here.desk.change(VIDEO, video_id, command, "choose_caption", decide))


async def _refuse_unfit(desk: Desk, video_id: str, caption_id: str) -> None:
    """A caption that is deleted right afterwards does no harm: what is meant is then the newest."""
    caption = (await desk.find(CAPTION, caption_id)).state if is_id(caption_id, CAPTION.id_prefix) else None
    if caption is None or caption.is_deleted or caption.video_id != video_id:
        known = f"GET /v1/captions?video_id={video_id} lists those it has"
        raise invalid("/caption_id", f"the video has no caption {shorten(caption_id, 60)}: {known}")
