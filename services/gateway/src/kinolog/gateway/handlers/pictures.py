"""Pictures for jobs to use, such as watermarks: looked into at once, kept, and named by their hash."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PermanentError, StorageFailed
from kinolog.common.jobs.picture import PictureRef
from kinolog.common.media.picture import PictureInspector
from kinolog.common.media.picture_facts import PictureFacts
from kinolog.gateway.edge import PICTURES_PATH
from kinolog.gateway.params import Here
from kinolog.gateway.problems import FieldError, Problem
from kinolog.gateway.uploads.multipart import Multipart
from kinolog.gateway.uploads.one_file import receive_file

router = APIRouter(prefix=PICTURES_PATH, tags=["pictures"])

_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "A PNG, JPEG or WebP picture.",
                        }
                    },
                }
            }
        },
    }
}


@router.post("", operation_id="pictures_create", status_code=201, response_model=PictureRef, openapi_extra=_FORM)
async def create_picture(request: Request, here: Here) -> JSONResponse:
    """The same picture sent twice is one. Put the answer where a job takes a picture."""
    form = Multipart(request.headers.get("content-type", ""), request.stream())
    with TemporaryDirectory(prefix="kinolog-picture-") as folder:
        file = Path(folder) / "picture"
        await receive_file(form, file)
        facts = await _facts(here.pictures, file, Path(folder))
        picture = await _kept(here.blobs, file, facts)
    return JSONResponse(picture.model_dump(), status_code=201)


async def _facts(inspector: PictureInspector, file: Path, folder: Path) -> PictureFacts:
    try:
        return await inspector.inspect(file, folder)
    except PermanentError as error:
        raise Problem("media-corrupt", error.message, errors=[FieldError("/file", error.message)]) from error


async def _kept(blobs: BlobStore, file: Path, facts: PictureFacts) -> PictureRef:
    try:
        blob = await blobs.put_file(file, facts.media_type)
    except (StorageFailed, OSError) as error:
        raise Problem("storage-unavailable", "the picture could not be stored: try again later") from error
    return PictureRef(
        sha256=blob.sha256,
        size_bytes=blob.size_bytes,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
    )
