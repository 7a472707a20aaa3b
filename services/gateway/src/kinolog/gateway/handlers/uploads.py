"""The plain upload: one form in, one job out."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import JSONResponse

from kinolog.common.aggregates import JOB
from kinolog.gateway.command import Command
from kinolog.gateway.edge import FORM_BYTES, announced_bytes
from kinolog.gateway.naming import live_project
from kinolog.gateway.params import Gateway, Here, Post
from kinolog.gateway.ready_made import CAPTION_AND_BURN
from kinolog.gateway.uploads.job import submit_upload
from kinolog.gateway.uploads.multipart import Multipart
from kinolog.gateway.uploads.plain import receive
from kinolog.gateway.views import JobView

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
    if announced := announced_bytes(request.headers):
        await here.uploads.disk.refuse_beyond(announced, "Content-Length")
    form = Multipart(request.headers.get("content-type", ""), request.stream())
    # What is around the file in the form is not the file's, and a length need not be announced at all.
    least_bytes = max(1, announced - FORM_BYTES)
    async with here.quotas.holder() as holder:

        async def check_project(project_id: str) -> None:
            await live_project(here.desk, project_id)
            await _refuse_over_quota(here, command, project_id, least_bytes, holder)

        upload = await receive(form, here.blobs, check_project, sha256)
        await _refuse_over_quota(here, command, upload.project_id, upload.input.size_bytes, holder)
        submitted = await submit_upload(here, command, upload)
    return submitted.answer()


async def _refuse_over_quota(here: Gateway, command: Command, project_id: str, size_bytes: int, holder: str) -> None:
    """What was let in before is let in again: its repetition takes no more room."""
    alone_and_first = command.new_id(JOB.id_prefix), command.part(0).new_id(JOB.id_prefix)
    if command.key is not None and any([(await here.desk.find(JOB, job_id)).exists for job_id in alone_and_first]):
        return
    await here.quotas.refuse_over_quota(project_id, size_bytes, holder=holder)
