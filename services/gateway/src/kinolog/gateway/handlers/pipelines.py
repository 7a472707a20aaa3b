"""Ready-made pipelines: several jobs that belong together, in one request."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from kinolog.common.events.job import OnFailure
from kinolog.common.fields import Priority, Request, Title
from kinolog.common.jobs import CaptionInput
from kinolog.common.pipelines import KEY
from kinolog.common.style import CaptionStyle
from kinolog.common.web_url import WebUrl
from kinolog.gateway.batch import submit_pipeline
from kinolog.gateway.draft import Draft
from kinolog.gateway.naming import live_video
from kinolog.gateway.new_job import Id, Reason
from kinolog.gateway.params import Gateway, Here, Post
from kinolog.gateway.problems import invalid
from kinolog.gateway.ready_made import caption_and_burn, download
from kinolog.gateway.views import BatchAnswer

router = APIRouter(prefix="/v1/pipelines", tags=["pipelines"])


class BurnStyle(Request):
    style: CaptionStyle = CaptionStyle()


class CaptionAndBurn(Reason):
    """Either a video that is there, or the address of one to be downloaded, under `title` and into `project_id`."""

    video_id: Id | None = None
    url: WebUrl | None = None
    title: Title | None = None
    project_id: Id | None = None
    caption: CaptionInput = CaptionInput()
    burn: BurnStyle = BurnStyle()
    priority: Priority = 0
    on_failure: OnFailure = OnFailure.CANCEL

    def items(self) -> list[dict[str, Any]]:
        """Raises the problem `validation`."""
        if (self.video_id is None) is (self.url is None):
            raise invalid("/video_id", "give either video_id or url, and not both")
        if self.title is not None and self.url is None:
            raise invalid("/title", "a title is for a download: the video of video_id has one already")
        fetch = [download(self.url, self.title, self.project_id)] if self.url is not None else []
        video = self.video_id or {KEY: "download.video_id"}
        options = {"project_id": self.project_id, "priority": self.priority}
        caption, burn = (part.model_dump(mode="json", exclude_unset=True) for part in (self.caption, self.burn))
        return fetch + caption_and_burn(video, caption, burn, **options)


@router.post("/caption-and-burn", operation_id="pipelines_caption_and_burn", response_model=BatchAnswer)
async def create_caption_and_burn(body: CaptionAndBurn, here: Here, command: Post) -> JSONResponse:
    """Download a video, or take one that is there, caption it, and burn the caption into it."""
    command = command.about(body)
    draft = Draft(command, here.clock(), on_failure=body.on_failure, reason=body.reason)
    for item in body.items():
        draft.add(item)
    await here.looks.refuse_unknown(body.burn.style.chosen(), await _project(here, body), "/burn/style")
    return JSONResponse(await submit_pipeline(here, command, draft))


async def _project(here: Gateway, asked: CaptionAndBurn) -> str | None:
    """The one whose presets count."""
    return asked.project_id if asked.video_id is None else (await live_video(here.desk, asked.video_id)).project_id
