"""How a caption will look: the very frame that burning makes of a film at a moment."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from kinolog.common import fields
from kinolog.common.aggregates import Caption, Video
from kinolog.common.frames_asked import MEDIA_TYPES, FrameWish, PictureFormat
from kinolog.common.style import CaptionStyle
from kinolog.gateway.filename import content_disposition
from kinolog.gateway.frames import DrawnFrame
from kinolog.gateway.handlers.captions import CaptionId
from kinolog.gateway.naming import live_caption, live_video
from kinolog.gateway.params import Here
from kinolog.gateway.problems import Problem, invalid
from kinolog.gateway.translation import problem_of_validation

router = APIRouter(prefix="/v1/captions/{id}", tags=["captions"])

LONGEST_STYLE: Final = 4_000

_T = TypeVar("_T")

_PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {media_type: {} for media_type in MEDIA_TYPES.values()},
        "description": "The frame. `Kinolog-Frame-Time` is its own time in seconds, `Kinolog-Font` the family drawn.",
    }
}


class PreviewWish(fields.Request):
    """What may stand in the address as well: whichever of them is said, is said once."""

    at: fields.Seconds | None = None
    style: CaptionStyle | None = None


@router.post("/preview", operation_id="captions_preview", response_class=Response, responses=_PICTURE)
async def preview(
    caption_id: CaptionId,
    request: Request,
    here: Here,
    body: PreviewWish | None = None,
    at: Annotated[float | None, Query(ge=0, le=1_000_000, allow_inf_nan=False)] = None,
    style: Annotated[str | None, Query(max_length=LONGEST_STYLE, description="A style as JSON.")] = None,
    width: Annotated[int | None, Query(ge=16, le=8_192)] = None,
    picture_format: Annotated[PictureFormat, Query(alias="format")] = "png",
) -> Response:
    """The frame that the film shows at `at`, in seconds, with the caption in this style above its own."""
    body = body or PreviewWish()
    moment, at_pointer = _said_once("at", at, body.at)
    if moment is None:
        raise invalid("?at", "say which moment of the film, in seconds")
    look, style_pointer = _said_once("style", _style(style), body.style)
    caption = await live_caption(here.desk, caption_id, None)
    video = await live_video(here.desk, caption.video_id, None)
    _refuse_unshown(video, moment, at_pointer)
    look = look or CaptionStyle()
    await here.looks.refuse_unknown(look.chosen(), video.project_id, style_pointer)
    wish = FrameWish(caption_id=caption_id, at=moment, style=look, width=width, format=picture_format)
    return _answer(caption, wish, await _unless_gone(request, here.renderer.frame(wish)))


def _said_once(name: str, in_address: _T | None, in_body: _T | None) -> tuple[_T | None, str]:
    """What was said, and a pointer to where."""
    if in_address is not None and in_body is not None:
        raise invalid(f"?{name}", "it is in the body as well: say it once")
    return (in_body, f"/{name}") if in_address is None and in_body is not None else (in_address, f"?{name}")


def _style(text: str | None) -> CaptionStyle | None:
    if text is None:
        return None
    try:
        return CaptionStyle.model_validate_json(text)
    except ValidationError as error:
        raise _problem_of_style(error) from error


def _problem_of_style(error: ValidationError) -> Problem:
    found = error.errors(include_url=False)
    if found[0]["type"] == "json_invalid":
        return invalid("?style", 'send the keys of a style as JSON, such as {"fontSize":24}')
    return problem_of_validation([{**each, "loc": ("query", "style", *each["loc"])} for each in found])


def _refuse_unshown(video: Video, at: float, pointer: str) -> None:
    if video.width is None:
        raise invalid("id", f"its video {video.id} is sound alone: there is no picture to draw captions into")
    if at >= video.duration:
        raise invalid(pointer, f"the film ends at {video.duration:g} s: ask for a moment before that")


async def _unless_gone(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """Raises ClientDisconnect, with nothing going on, where the caller does not wait."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _answer(caption: Caption, wish: FrameWish, frame: DrawnFrame) -> Response:
    stem = caption.filename.rpartition(".")[0] or caption.filename
    headers = {
        "Kinolog-Frame-Time": f"{frame.time:.6f}",
        "Cache-Control": "no-store",
        "Content-Disposition": content_disposition("inline", f"{stem}.{wish.format}"),
    }
    if frame.font is not None:
        # Names of fonts that people brought need not be ASCII, which headers have to be.
        headers["Kinolog-Font"] = frame.font.encode("ascii", "backslashreplace").decode()
    return Response(frame.content, headers=headers, media_type=MEDIA_TYPES[wish.format])
