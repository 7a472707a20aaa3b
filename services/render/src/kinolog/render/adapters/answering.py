"""Answering questions for frames: the picture goes back in parts, and stops being made when nobody waits for it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.micro.request import Request
from pydantic import ValidationError

from kinolog.common.answering import Question, Unanswered, answering
from kinolog.common.errors import (
    KinologError,
    LogError,
    PermanentError,
    Refused,
    StorageFailed,
    WorkError,
)
from kinolog.common.frames_asked import PART_BYTES, FrameAnswer, FrameQuestion
from kinolog.common.service import Service
from kinolog.common.subjects import render_frame_stop, render_query
from kinolog.render.domain.frame import MadeFrame

Make = Callable[[FrameQuestion], Awaitable[MadeFrame]]

_MISSING: Final = frozenset({"caption_missing", "video_missing", "media_missing"})
_FIELDS: Final = {"font_missing": "style.fontName"}

_logger: Final = structlog.get_logger(__name__)


def answering_frames(service: Service, make: Make, *, most_at_once: int) -> AbstractAsyncContextManager[None]:
    """Answer while the context lasts, or until the service is to stop."""
    subjects = {render_query("frame"): _answer_with(make, service.reads)}
    return answering(service.micro, subjects, who="render service", most_at_once=most_at_once)


def _answer_with(make: Make, client: Client) -> Question:
    async def answer(request: Request) -> None:
        asked = _read(request.data)
        try:
            async with asyncio.timeout(asked.within_seconds):
                made = await _unless_stopped(make(asked), client, asked.id)
                if made is not None:
                    await _send(request, made, client.max_payload)
        except TimeoutError as error:
            raise Unanswered("unavailable", f"it took longer than {asked.within_seconds:g} s: ask again") from error
        except KinologError as error:
            raise _explained(error) from error

    return answer


def _read(body: bytes) -> FrameQuestion:
    try:
        return FrameQuestion.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        field = ".".join(map(str, found["loc"]))
        raise Unanswered("validation", f"{field}: {found['msg']}", field) from error


async def _unless_stopped(making: Awaitable[MadeFrame], client: Client, ask_id: str) -> MadeFrame | None:
    """None where whoever asked does not want it any more; nothing goes on being made then."""
    task = asyncio.ensure_future(making)

    async def stop(_: Msg) -> None:
        task.cancel()

    stops = await client.subscribe(render_frame_stop(ask_id), cb=stop)
    try:
        await asyncio.wait([task])
        return None if task.cancelled() else task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await stops.unsubscribe()


async def _send(request: Request, made: MadeFrame, most_bytes: int) -> None:
    answer = FrameAnswer(time=made.time, font=made.font, size_bytes=len(made.content))
    await request.respond(answer.model_dump_json().encode())
    for part in _parts(made.content, min(PART_BYTES, most_bytes)):
        await request.respond(part)


def _parts(content: bytes, size_bytes: int) -> Iterator[bytes]:
    for begin in range(0, len(content), size_bytes):
        yield content[begin : begin + size_bytes]


def _explained(error: KinologError) -> Unanswered:
    match error:
        case Refused():
            return Unanswered("validation", error.message, error.field)
        case PermanentError(kind=kind) if kind in _MISSING:
            return Unanswered("not-found", error.message)
        case PermanentError(kind=kind):
            _logger.info("Made no frame", kind=kind, reason=error.message, detail=error.detail)
            return Unanswered("validation", error.message, _FIELDS.get(kind))
        case WorkError():
            _logger.warning("Cannot make a frame at present", reason=error.message, detail=error.detail)
            return Unanswered("unavailable", f"{error.message}: ask again")
        case LogError() | StorageFailed():
            _logger.warning("Cannot make a frame at present", error=repr(error))
            return Unanswered("unavailable", "the log or the storage cannot be reached: ask again")
    raise error
