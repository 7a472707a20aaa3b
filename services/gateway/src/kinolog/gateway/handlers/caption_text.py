"""The text of captions: edits, undo and redo, revisions and what differs between them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from starlette.responses import JSONResponse

from kinolog.common.aggregates import CAPTION, Caption
from kinolog.common.aggregates.caption_revisions import Revision, Revisions, revisions_of
from kinolog.common.aggregates.deletion import refuse_if_deleted
from kinolog.common.events import BlobRef, Event, RecordedEvent
from kinolog.common.events.caption import CaptionEdited, CaptionStyled
from kinolog.common.fields import Request
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import CUES_MEDIA_TYPE, Cue, cues_from_json, cues_to_json
from kinolog.common.subtitles.difference import differences
from kinolog.common.subtitles.edits import MOST_EDITS, CueEdit, edited
from kinolog.gateway.caption_views import CaptionDiffView, CaptionView, RevisionsView
from kinolog.gateway.command import Command
from kinolog.gateway.handlers.captions import CaptionId
from kinolog.gateway.params import Edit, Gateway, Here, Post
from kinolog.gateway.views import Json, answer_done

router = APIRouter(prefix="/v1/captions/{id}", tags=["captions"])

Version = Annotated[int, Field(ge=1, le=1_000_000)]


class CaptionPatch(Request):
    edits: Annotated[tuple[CueEdit, ...], Field(max_length=MOST_EDITS)] = ()
    style: CaptionStyle | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> "CaptionPatch":
        if not self.edits and self.style is None:
            raise ValueError("give edits, a style, or both")
        return self


class Revert(Request):
    version: Version


@router.patch("", operation_id="captions_update", response_model=CaptionView)
async def patch_caption(caption_id: CaptionId, body: CaptionPatch, here: Here, command: Edit) -> JSONResponse:
    """All of the edits, in their order, or none of them."""

    async def decide(caption: Caption, _: Sequence[RecordedEvent]) -> list[Event]:
        refuse_if_deleted("caption", caption.id, is_deleted=caption.is_deleted)
        if body.style is not None:
            await here.looks.refuse_unknown(body.style.chosen(), caption.project_id, "/style")
        text = await _edited(here, caption, body.edits) if body.edits else []
        return [*text, *(_styled(caption, body.style) if body.style else [])]

    return answer_done(await here.desk.revise(CAPTION, caption_id, command.about(body), "update", decide))


@router.post("/undo", operation_id="captions_undo", response_model=CaptionView)
async def undo(caption_id: CaptionId, here: Here, command: Post) -> JSONResponse:
    return await _go_to(here, caption_id, command, "undo", Revisions.before)


@router.post("/redo", operation_id="captions_redo", response_model=CaptionView)
async def redo(caption_id: CaptionId, here: Here, command: Post) -> JSONResponse:
    return await _go_to(here, caption_id, command, "redo", Revisions.after)


@router.post("/revert", operation_id="captions_revert", response_model=CaptionView)
async def revert(caption_id: CaptionId, body: Revert, here: Here, command: Post) -> JSONResponse:
    """To the text of any earlier version; that can be undone as any other edit."""
    return await _go_to(here, caption_id, command.about(body), "revert", lambda revisions: revisions.of(body.version))


@router.get("/revisions", operation_id="captions_revisions", response_model=RevisionsView)
async def list_revisions(caption_id: CaptionId, here: Here) -> JSONResponse:
    revisions = revisions_of(await here.desk.history(CAPTION, caption_id))
    data = [_revision_view(each, revisions) for each in revisions.all]
    return JSONResponse({"object": "revisions", "id": caption_id, "data": data})


@router.get("/diff", operation_id="captions_diff", response_model=CaptionDiffView)
async def compare(
    caption_id: CaptionId,
    here: Here,
    first: Annotated[int | None, Query(alias="from", ge=1, le=1_000_000)] = None,
    second: Annotated[int | None, Query(alias="to", ge=1, le=1_000_000)] = None,
) -> JSONResponse:
    """Between two versions; by default between the newest and the one before it."""
    revisions = revisions_of(await here.desk.history(CAPTION, caption_id))
    to = revisions.all[-1] if second is None else revisions.of(second)
    since = revisions.of(max(1, to.version - 1) if first is None else first)
    data = await asyncio.to_thread(_differences, await _cues(here, since.cues), await _cues(here, to.cues))
    body = {"object": "caption_diff", "id": caption_id, "from": since.version, "to": to.version, "data": data}
    return JSONResponse(body)


async def _go_to(
    here: Gateway, caption_id: str, command: Command, verb: str, pick: Callable[[Revisions], Revision]
) -> JSONResponse:
    async def decide(caption: Caption, history: Sequence[RecordedEvent]) -> list[Event]:
        refuse_if_deleted("caption", caption.id, is_deleted=caption.is_deleted)
        there = pick(revisions_of(history))
        if there.cues == caption.cues:
            return []
        count, version = there.cue_count, there.version
        return [CaptionEdited(cues=there.cues, cue_count=count, operations=(verb,), reverted_to=version)]

    return answer_done(await here.desk.revise(CAPTION, caption_id, command, verb, decide))


async def _edited(here: Gateway, caption: Caption, edits: Sequence[CueEdit]) -> list[Event]:
    before = await _cues(here, caption.cues)
    after = await asyncio.to_thread(edited, before, edits)
    if after == before:
        return []
    blob = await here.blobs.put_bytes(await asyncio.to_thread(cues_to_json, after), CUES_MEDIA_TYPE)
    operations = tuple(dict.fromkeys(edit.op for edit in edits))
    return [CaptionEdited(cues=blob, cue_count=len(after), operations=operations)]


def _styled(caption: Caption, style: CaptionStyle) -> list[Event]:
    wanted = style.chosen()
    return [] if wanted == caption.style else [CaptionStyled(style=wanted)]


async def _cues(here: Gateway, blob: BlobRef) -> tuple[Cue, ...]:
    return await asyncio.to_thread(cues_from_json, await here.blobs.read(blob))


def _differences(before: Sequence[Cue], after: Sequence[Cue]) -> list[Json]:
    found = differences(before, after)
    return [{"before": _cue_view(each.before), "after": _cue_view(each.after)} for each in found]


def _revision_view(revision: Revision, revisions: Revisions) -> Json:
    plain = {**asdict(revision), "cues": revision.cues.model_dump(), "at": revision.at.isoformat()}
    return {**plain, "is_current": revision.cues == revisions.current.cues}


def _cue_view(found: tuple[int, Cue] | None) -> Json | None:
    return None if found is None else {"cue": found[0], **found[1].model_dump(mode="json")}
