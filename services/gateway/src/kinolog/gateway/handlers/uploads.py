"""The plain upload: one form in, one job out."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import JSONResponse

from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.events import Event
from kinolog.common.events.job import OnFailure, Submission
from kinolog.common.jobs import JOB_TYPES
from kinolog.common.pipelines import KEY
from kinolog.gateway.batch import submit_pipeline
from kinolog.gateway.command import Command
from kinolog.gateway.domain.wish import Wish
from kinolog.gateway.draft import Draft
from kinolog.gateway.multipart import Multipart
from kinolog.gateway.naming import live_project
from kinolog.gateway.params import Gateway, Here, Post
from kinolog.gateway.ready_made import CAPTION_AND_BURN, caption_and_burn
from kinolog.gateway.upload import Upload, receive
from kinolog.gateway.views import JobView, Json, answer_done

router = APIRouter(prefix="/v1/videos", tags=["videos"])

_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["project_id", "file"],
                    "properties": {
                        "project_id": {"type": "string", "description": "Send it before the file."},
                        "title": {"type": "string", "maxLength": 200, "description": "The file's name if left out."},
                        "pipeline": {"const": CAPTION_AND_BURN, "description": "What is to follow; answers a batch."},
                        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                    },
                }
            }
        },
    }
}
_Checksum = Annotated[
    str | None,
    Header(alias="X-Checksum-SHA256", pattern="^[0-9a-fA-F]{64}$", description="The file's hash, to be verified."),
]


@router.post("/upload", operation_id="videos_upload", status_code=202, response_model=JobView, openapi_extra=_FORM)
async def upload_video(request: Request, here: Here, command: Post, sha256: _Checksum = None) -> JSONResponse:
    form = Multipart(request.headers.get("content-type", ""), request.stream())

    async def check_project(project_id: str) -> None:
        await live_project(here.desk, project_id)

    upload = await receive(form, here.blobs, check_project, sha256)
    if upload.pipeline is not None:
        return JSONResponse(await _submit_pipeline(here, command.about(upload.input), upload))
    queued = submit_job(_submission(upload))

    async def make() -> Event:
        return queued

    done = await here.desk.create(JOB, command.about(queued), make)
    return answer_done(done, 202, {"Location": f"/v1/jobs/{done.loaded.id}"})


async def _submit_pipeline(here: Gateway, command: Command, upload: Upload) -> Json:
    draft = Draft(command, here.clock(), on_failure=OnFailure.CANCEL)
    draft.add_wish("upload", Wish(submission=_submission(upload)))
    for item in caption_and_burn({KEY: "upload.video_id"}, {}, {}):
        draft.add(item)
    return await submit_pipeline(here, command, draft)


def _submission(upload: Upload) -> Submission:
    return Submission(
        type="upload",
        input_data=upload.input.model_dump(mode="json"),
        project_id=upload.project_id,
        queue=JOB_TYPES["upload"].queue,
    )
