"""Captions, and their cues in the formats that players read."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from kinolog.common.aggregates import CAPTION, VIDEO
from kinolog.common.events import Event
from kinolog.common.events.caption import CaptionDeleted, CaptionRestored
from kinolog.common.subtitles import (
    CUES_MEDIA_TYPE,
    MEDIA_TYPES,
    SubtitleFormat,
    cues_from_json,
    cues_to_json,
    render,
)
from kinolog.gateway.caption_views import CaptionView, NewCaptionView
from kinolog.gateway.deletion import delete, restore
from kinolog.gateway.filename import content_disposition
from kinolog.gateway.handlers.media import serve_changeable
from kinolog.gateway.listing import MaybePaging, answer_page
from kinolog.gateway.naming import live_caption, live_video
from kinolog.gateway.new_caption import NewCaption, created, understood
from kinolog.gateway.params import Edit, Here, Post, QueryReason, id_of
from kinolog.gateway.problems import not_found
from kinolog.gateway.views import ListView, answer_done, answer_one, view

router = APIRouter(prefix="/v1/captions", tags=["captions"])

CaptionId = Annotated[str, id_of("caption", CAPTION.id_prefix)]
_REPORT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {}}, "description": "What was left out, and what is too fast to read"},
    304: {"description": "The caller has it already"},
}
MaybeText = Annotated[str | None, Query(max_length=200)]


@router.get("", operation_id="captions_list", response_model=ListView)
async def list_captions(
    here: Here,
    paging: MaybePaging,
    video_id: MaybeText = None,
    project_id: MaybeText = None,
    language: MaybeText = None,
) -> JSONResponse:
    filters = {"video_id": video_id, "project_id": project_id, "language": language}
    return await answer_page(here.catalog, "captions", paging.query(filters, here.desk))


@router.post("", operation_id="captions_create", status_code=201, response_model=NewCaptionView)
async def create_caption(body: NewCaption, here: Here, command: Post) -> JSONResponse:
    """Subtitles as SRT, WebVTT, ASS or JSON become a caption; `left_out` counts what captions do not keep."""
    video = await live_video(here.desk, body.video_id)
    if body.style is not None:
        await here.looks.refuse_unknown(body.style.chosen(), video.project_id, "/style")
    brought = await asyncio.to_thread(understood, body)

    async def make() -> Event:
        content = await asyncio.to_thread(cues_to_json, brought.read.cues)
        blob = await here.blobs.put_bytes(content, CUES_MEDIA_TYPE)
        return created(body, brought, video, blob)

    done = await here.desk.create(CAPTION, await asyncio.to_thread(command.about, body), make)
    found = {"left_out": brought.read.left_out, "encoding": brought.encoding}
    location = {"Location": f"/v1/captions/{done.loaded.id}"}
    return answer_done(done, 201, location, {**view(done.loaded), **found})


@router.get("/{id}", operation_id="captions_read", response_model=CaptionView)
async def read_caption(caption_id: CaptionId, here: Here) -> JSONResponse:
    return answer_one(await here.desk.load(CAPTION, caption_id))


@router.delete("/{id}", operation_id="captions_delete", response_model=CaptionView)
async def delete_caption(caption_id: CaptionId, here: Here, command: Edit, reason: QueryReason = None) -> JSONResponse:
    return answer_done(await delete(here.desk, CAPTION, caption_id, command, CaptionDeleted(reason=reason)))


@router.post("/{id}/restore", operation_id="captions_restore", response_model=CaptionView)
async def restore_caption(caption_id: CaptionId, here: Here, command: Post) -> JSONResponse:
    return answer_done(await restore(here.desk, CAPTION, caption_id, command, CaptionRestored()))


@router.head("/{id}/report", include_in_schema=False)
@router.get("/{id}/report", operation_id="captions_report", response_class=Response, responses=_REPORT)
async def read_report(caption_id: CaptionId, request: Request, here: Here) -> Response:
    """Every stretch that was heard and left out as invented, with its times and the reason; what is hard to read."""
    caption = await live_caption(here.desk, caption_id, None)
    report = caption.transcription.report if caption.transcription else None
    if report is None:
        raise not_found("report on the caption", caption_id)
    return await serve_changeable(request, here.blobs, report, content_disposition("inline", f"{caption.id}.json"))


@router.get("/{id}/content", operation_id="captions_content", response_class=Response)
async def read_content(
    caption_id: CaptionId,
    here: Here,
    subtitle_format: Annotated[SubtitleFormat, Query(alias="format")] = "srt",
    words: Annotated[bool, Query(description="In WebVTT, say when each word is said: players show karaoke.")] = False,
) -> Response:
    caption = await live_caption(here.desk, caption_id, None)
    cues = await asyncio.to_thread(cues_from_json, await here.blobs.read(caption.cues))
    video = (await here.desk.find(VIDEO, caption.video_id)).state
    project_id = video.project_id if video else caption.project_id
    style = await here.looks.whole(caption.style, project_id) if subtitle_format == "ass" else None
    content = await asyncio.to_thread(
        render,
        cues,
        subtitle_format,
        style=style,
        width=video.width if video else None,
        height=video.height if video else None,
        words=words,
    )
    name = f"{caption.filename.rpartition('.')[0] or caption.filename}.{subtitle_format}"
    headers = {"Content-Disposition": content_disposition("attachment", name)}
    return Response(content, headers=headers, media_type=MEDIA_TYPES[subtitle_format])
