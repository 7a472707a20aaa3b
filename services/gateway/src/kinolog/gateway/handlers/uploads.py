"""The plain upload: one form in, one job out."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import JSONResponse

from kinolog.gateway.multipart import Multipart
from kinolog.gateway.naming import live_project
from kinolog.gateway.params import Here, Post
from kinolog.gateway.ready_made import CAPTION_AND_BURN
from kinolog.gateway.upload import receive
from kinolog.gateway.upload_job import KNOWN_HEADER, submit_upload
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
    form = Multipart(request.headers.get("content-type", ""), request.stream())

    async def check_project(project_id: str) -> None:
        await live_project(here.desk, project_id)

    upload = await receive(form, here.blobs, check_project, sha256)
    submitted = await submit_upload(here, command, upload)
    return submitted.answer({KNOWN_HEADER: "true"} if upload.input.is_known else {})
