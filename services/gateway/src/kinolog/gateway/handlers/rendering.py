"""How a video was made, and making it again to see that the same comes out."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse

from kinolog.common.aggregates import VIDEO
from kinolog.common.events.rendering import Rendering
from kinolog.common.events.video import VideoRegistered, VideoReplaced
from kinolog.gateway.handlers.jobs import create_job
from kinolog.gateway.handlers.videos import VideoId
from kinolog.gateway.naming import live_video
from kinolog.gateway.new_job import NewJob
from kinolog.gateway.params import Here, Post
from kinolog.gateway.problems import not_found
from kinolog.gateway.views import JobView

router = APIRouter(prefix="/v1/videos/{id}", tags=["videos"])


class RenderingView(BaseModel):
    """The job that made the file that the video has now, and everything it used; `sequence` is that of the event."""

    object: str = "rendering"
    video_id: str
    job_id: str | None
    sequence: int
    rendering: Rendering


@router.get("/rendering", operation_id="videos_rendering", response_model=RenderingView)
async def read_rendering(video_id: VideoId, here: Here) -> RenderingView:
    """Videos that came in from outside have none."""
    await live_video(here.desk, video_id, None)
    history = await here.desk.history(VIDEO, video_id)
    made = [(each, each.event) for each in history if isinstance(each.event, VideoRegistered | VideoReplaced)]
    recorded, event = made[-1]
    if event.rendering is None:
        raise not_found("record of the making of the video", video_id)
    return RenderingView(video_id=video_id, job_id=event.job_id, sequence=recorded.sequence, rendering=event.rendering)


@router.post("/reproduce", operation_id="videos_reproduce", status_code=202, response_model=JobView)
async def reproduce_video(video_id: VideoId, here: Here, command: Post) -> JSONResponse:
    """A job that makes the video again in the same way, keeps nothing of it, and compares every frame."""
    return await create_job(NewJob(type="reproduce", video_id=video_id), here, command)
