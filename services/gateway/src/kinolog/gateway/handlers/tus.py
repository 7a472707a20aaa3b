"""Uploads that survive, by tus 1.0.0 (https://tus.io/protocols/resumable-upload), which fixes every answer here."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinolog.common.ids import derived_id
from kinolog.gateway.auth import Caller
from kinolog.gateway.command import Command
from kinolog.gateway.edge import RESUMABLE_PATH, announced_bytes, too_large
from kinolog.gateway.params import Gateway, Here, Post, Who, id_of
from kinolog.gateway.problems import Problem
from kinolog.gateway.uploads.arriving import ArrivingBody
from kinolog.gateway.uploads.finish import finish
from kinolog.gateway.uploads.resumable import UPLOAD_PREFIX
from kinolog.gateway.uploads.shelf import OpenUpload, State, UploadInfo
from kinolog.gateway.uploads.turns import Turn
from kinolog.gateway.uploads.tus_headers import (
    ALGORITHMS,
    BODY_TYPE,
    EXTENSIONS,
    VERSION,
    checksum_of,
    concat_of,
    declared_length_of,
    length_of,
    offset_of,
    refuse_other_version,
)
from kinolog.gateway.uploads.view import address_of, described, told
from kinolog.gateway.views import REPLAYED_HEADER

router = APIRouter(prefix=RESUMABLE_PATH, tags=["uploads"])

UploadId = Annotated[str, id_of("upload", UPLOAD_PREFIX)]

_BODY: Final[dict[str, Any]] = {
    "requestBody": {"content": {BODY_TYPE: {"schema": {"type": "string", "contentMediaType": BODY_TYPE}}}}
}


@router.options("", operation_id="uploads_options", status_code=204, response_class=Response)
@router.options("/{id}", include_in_schema=False)
async def tell_options(here: Here) -> Response:
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(here.uploads.limits.most_bytes),
        "Tus-Checksum-Algorithm": ALGORITHMS,
    }
    return Response(status_code=204, headers=headers)


@router.post("", operation_id="uploads_create", status_code=201, response_class=Response, openapi_extra=_BODY)
async def create_upload(request: Request, here: Here, command: Post) -> Response:
    """Announce a file, or join partial uploads to one. Nothing more is needed to begin sending it."""
    refuse_other_version(request.headers)
    info, caller = _announced(request, command), command.caller
    with here.uploads.turns.take(info.id) as turn:
        known = await here.uploads.find(info.id, info.actor)
        if known is None:
            state = await _begin(request, here, caller, turn, info)
        else:
            state = await _advance(here, caller, _same(known, info))
    replayed = {} if known is None else {REPLAYED_HEADER: "true"}
    return Response(status_code=201, headers={"Location": address_of(info.id), **told(here.uploads, state), **replayed})


@router.head("/{id}", operation_id="uploads_head", status_code=200, response_class=Response)
async def tell_upload(upload_id: UploadId, request: Request, here: Here, caller: Who) -> Response:
    """Where it stands. Whoever still sends to it is made to end, and what came by then counts."""
    refuse_other_version(request.headers)
    async with here.uploads.turns.take_over(upload_id):
        state = await here.uploads.load(upload_id, caller.actor)
        state = await _advance(here, caller, state)
    headers = {"Cache-Control": "no-store", **described(state.info), **told(here.uploads, state)}
    return Response(status_code=200, headers=headers)


@router.patch("/{id}", operation_id="uploads_append", status_code=204, response_class=Response, openapi_extra=_BODY)
async def append_to_upload(upload_id: UploadId, request: Request, here: Here, caller: Who) -> Response:
    refuse_other_version(request.headers)
    if not _has_bytes(request):
        raise Problem("unsupported-media-type", f"send the bytes as Content-Type: {BODY_TYPE}")
    offset = offset_of(request.headers)
    with here.uploads.turns.take(upload_id) as turn:
        state = await here.uploads.load(upload_id, caller.actor)
        if state.info.parts:
            raise Problem("forbidden", "it is made of partial uploads: nothing can be added")
        if offset != state.offset:
            detail = f"the next byte is number {state.offset}: go on from there"
            raise Problem("conflict", detail, headers={"Upload-Offset": str(state.offset)})
        if isinstance(state, OpenUpload):
            state = await here.uploads.measure(state, declared_length_of(request.headers))
            state = await _receive(request, here, caller, turn, state)
    return Response(status_code=204, headers=told(here.uploads, state))


@router.delete("/{id}", operation_id="uploads_delete", status_code=204, response_class=Response)
async def delete_upload(upload_id: UploadId, request: Request, here: Here, caller: Who) -> Response:
    """Forget it. A job that it became goes on."""
    refuse_other_version(request.headers)
    async with here.uploads.turns.take_over(upload_id):
        await here.uploads.load(upload_id, caller.actor)
        await here.uploads.remove(upload_id)
    return Response(status_code=204)


def _announced(request: Request, command: Command) -> UploadInfo:
    """What the headers say of an upload to come. The length of one that is made of others follows from theirs."""
    metadata, concat = request.headers.get("upload-metadata", ""), concat_of(request.headers)
    actor, upload_id = command.caller.actor, command.new_id(UPLOAD_PREFIX)
    if concat is None or concat.parts is None:
        length = length_of(request.headers)
        return UploadInfo(id=upload_id, actor=actor, length=length, metadata=metadata, is_partial=concat is not None)
    parts = tuple(address.rstrip("/").rpartition("/")[2] for address in concat.parts)
    if command.key is None:
        # A repetition finds what became of the same parts, which are gone by then.
        upload_id = derived_id(UPLOAD_PREFIX, actor, metadata, *parts)
    return UploadInfo(id=upload_id, actor=actor, length=None, metadata=metadata, parts=parts)


def _same(known: State, info: UploadInfo) -> State:
    """Raises the problem `idempotency-mismatch` where the key was used for another upload."""
    asked = info.model_copy(update={"length": known.info.length}) if info.length is None else info
    if asked != known.info:
        raise Problem("idempotency-mismatch", "use a new Idempotency-Key for a new upload")
    return known


async def _begin(request: Request, here: Gateway, caller: Caller, turn: Turn, info: UploadInfo) -> State:
    upload = await here.uploads.begin(info)
    if _has_bytes(request):
        return await _receive(request, here, caller, turn, upload)
    return await _advance(here, caller, upload)


async def _receive(request: Request, here: Gateway, caller: Caller, turn: Turn, upload: OpenUpload) -> State:
    checksum, room = checksum_of(request.headers), here.uploads.room(upload)
    if announced_bytes(request.headers) > room:
        raise too_large(room)
    body = ArrivingBody(request.stream(), room, turn)
    return await _advance(here, caller, await here.uploads.append(upload, body, checksum))


async def _advance(here: Gateway, caller: Caller, state: State) -> State:
    """Make a job of an upload once it is complete, also where that was begun before and came to nothing."""
    if isinstance(state, OpenUpload) and state.is_complete and not state.info.is_partial:
        return await finish(here, state, caller.correlation_id)
    return state


def _has_bytes(request: Request) -> bool:
    return request.headers.get("content-type", "") == BODY_TYPE
