"""Fonts for captions: those there are, and those that people add. A stranger's font is checked and written anew."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response, StreamingResponse

from kinolog.common.aggregates import SETTING, Setting
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.aggregates.setting_decisions import change_setting
from kinolog.common.errors import BlobMissing, PermanentError, StorageFailed
from kinolog.common.events import Event
from kinolog.common.fonts import ID_PREFIX, SETTING_OF_FONTS, FontFace, FontList, UploadedFont
from kinolog.common.style import FontName
from kinolog.gateway.caption_views import FontView
from kinolog.gateway.command import Command
from kinolog.gateway.controls import control_of, find_setting
from kinolog.gateway.desk import Done
from kinolog.gateway.edge import FONTS_PATH
from kinolog.gateway.filename import content_disposition
from kinolog.gateway.fonts import (
    font_of,
    font_view,
    list_fonts,
    refuse_shipped,
    uploaded,
    with_font,
    without_font,
)
from kinolog.gateway.params import Edit, Gateway, Here, Post, QueryReason, id_of
from kinolog.gateway.problems import FieldError, Problem
from kinolog.gateway.uploads.multipart import Multipart
from kinolog.gateway.uploads.one_file import receive_file, write_file
from kinolog.gateway.views import ListView, answer_done, etag, list_view

router = APIRouter(prefix=FONTS_PATH, tags=["fonts"])

FontId = Annotated[str, id_of("font", ID_PREFIX)]
Family = Annotated[FontName | None, Query(description="What styles are to call it; its own name if left out.")]

_MEDIA_TYPES: Final = ("font/ttf", "font/otf", "font/sfnt", "application/octet-stream")
_FORM: Final = "multipart/form-data"
_OPENTYPE_WITH_CUBICS: Final = b"OTTO"
_NOT_POSSIBLE: Final = (
    "this machine has no program to check fonts with: run the gateway on another kind of machine, or put the font into"
    " the folder KINOLOG_RENDER_FONTS_DIR of every render worker"
)
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            **{kind: {"schema": {"type": "string", "contentMediaType": kind}} for kind in _MEDIA_TYPES},
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
                }
            },
        },
    }
}


class _Asked(BaseModel):
    """What one request to add a font is told apart from another by."""

    sha256: str


@router.post("", operation_id="fonts_create", status_code=201, response_model=FontView, openapi_extra=_BODY)
async def create_font(
    request: Request, here: Here, command: Post, family: Family = None, reason: QueryReason = None
) -> JSONResponse:
    """A TrueType or OpenType font, as the body or in a form. The same font sent twice is one."""
    if not here.fonts.can_check:
        raise Problem("fonts-not-possible", _NOT_POSSIBLE)
    with TemporaryDirectory(prefix="kinolog-font-") as folder:
        file, ready = Path(folder) / "font", Path(folder) / "ready"
        await _receive(request, file)
        face = await _checked(here, file, ready, family)
        refuse_shipped(face)
        font = await _kept(here, command, face, ready)
    done = await _change(here, command.about(_Asked(sha256=font.content.sha256)), "add", font, reason)
    shown = next((each for each in _fonts(done).fonts if each.id == font.id), font)
    return answer_done(done, 201 if done.is_changed else 200, {"Location": f"{FONTS_PATH}/{font.id}"}, font_view(shown))


@router.get("", operation_id="fonts_list", response_model=ListView)
async def read_fonts(here: Here) -> JSONResponse:
    """All that a style may name, besides what is in a folder of a render worker's own."""
    loaded = await here.desk.find(SETTING, setting_id(SETTING_OF_FONTS))
    data = list_fonts(control_of(FontList, loaded.state))
    answer = list_view(data, next_cursor=None, has_more=False, seq=here.desk.newest_sequence)
    answer.headers["ETag"] = etag(loaded.sequence)
    return answer


@router.get("/{id}/content", operation_id="fonts_content", response_class=Response)
async def read_content(font_id: FontId, here: Here) -> StreamingResponse:
    """The font as it was made safe, and as captions are drawn with it."""
    font = font_of(await _present(here), font_id)
    if not await here.blobs.exists(font.content.sha256):
        raise BlobMissing(font.content.sha256)
    suffix = font.content.media_type.rpartition("/")[2]
    headers = {
        "Content-Disposition": content_disposition("attachment", f"{font.family} {font.style}.{suffix}"),
        "Content-Length": str(font.content.size_bytes),
        "ETag": f'"{font.content.sha256}"',
    }
    return StreamingResponse(here.blobs.stream(font.content), headers=headers, media_type=font.content.media_type)


@router.delete("/{id}", operation_id="fonts_delete", response_model=FontView)
async def delete_font(font_id: FontId, here: Here, command: Edit, reason: QueryReason = None) -> JSONResponse:
    """Jobs whose style names it fail from now on. `If-Match` takes the ETag of the list."""
    font = font_of(await _present(here), font_id)
    done = await _change(here, command, "remove", font, reason, is_removed=True)
    return answer_done(done, body=font_view(font, is_deleted=True))


async def _receive(request: Request, file: Path) -> None:
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _MEDIA_TYPES:
        return await write_file(request.stream(), file)
    if kind != _FORM:
        detail = f"send the font as the body, with one of these types: {', '.join(_MEDIA_TYPES)}; or as {_FORM}"
        raise Problem("unsupported-media-type", detail)
    await receive_file(Multipart(content_type, request.stream()), file)


async def _checked(here: Gateway, file: Path, ready: Path, family: str | None) -> FontFace:
    try:
        return await here.fonts.check(file, ready, file.parent, family)
    except PermanentError as error:
        raise Problem("media-corrupt", error.message, errors=[FieldError("/file", error.message)]) from error


async def _kept(here: Gateway, command: Command, face: FontFace, ready: Path) -> UploadedFont:
    with ready.open("rb") as font:
        media_type = "font/otf" if font.read(4) == _OPENTYPE_WITH_CUBICS else "font/ttf"
    try:
        blob = await here.blobs.put_file(ready, media_type)
    except (StorageFailed, OSError) as error:
        raise Problem("storage-unavailable", "the font could not be stored: try again later") from error
    return uploaded(face, blob, here.clock(), command.caller.actor)


async def _change(
    here: Gateway, command: Command, verb: str, font: UploadedFont, reason: str | None, *, is_removed: bool = False
) -> Done[Setting]:
    def decide(setting: Setting | None) -> Sequence[Event]:
        before = control_of(FontList, setting)
        after = without_font(before, font.id) if is_removed else with_font(before, font, here.most_fonts)
        value, default = after.model_dump(mode="json"), FontList().model_dump(mode="json")
        return change_setting(setting, SETTING_OF_FONTS, value, default=default, reason=reason)

    return await here.desk.put(SETTING, setting_id(SETTING_OF_FONTS), command, verb, decide)


async def _present(here: Gateway) -> FontList:
    return control_of(FontList, await find_setting(here.desk, SETTING_OF_FONTS))


def _fonts(done: Done[Setting]) -> FontList:
    return control_of(FontList, done.loaded.state)
