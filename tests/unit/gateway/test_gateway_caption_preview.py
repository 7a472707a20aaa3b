"""The preview of a caption over HTTP: what is asked of the renderer, what comes back, what is refused."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from starlette.types import Message

from kinolog.common.aggregates import CAPTION, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events.caption import CaptionCreated, CaptionDeleted
from kinolog.common.events.video import VideoDeleted
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue, cues_to_json
from kinolog.common.testing import eventually
from kinolog.common.testing.examples import ORIGIN, registered
from kinolog.gateway.memory import MemoryRenderer
from kinolog.gateway.params import Gateway
from kinolog.gateway.settings import GatewaySettings
from kinolog.gateway.wiring import build_app


@pytest.fixture
def renderer(gateway: Gateway) -> MemoryRenderer:
    assert isinstance(gateway.renderer, MemoryRenderer)
    return gateway.renderer


async def captioned(log: MemoryLog, blobs: BlobStore, **video: Any) -> str:
    """The caption of a film of two seconds."""
    video_id = await registered(log, **{"duration": 2.0, "width": 320, "height": 180, **video})
    cues = await blobs.put_bytes(cues_to_json((Cue(start=0.0, end=1.0, text="Hello"),)))
    known = {"video_id": video_id, "project_id": "p", "filename": "film.srt", "language": "en", "style": {}}
    caption_id = new_id("cap")
    created = CaptionCreated.model_validate({**known, "cues": cues, "cue_count": 1})
    await log.append(unborn(CAPTION, caption_id).changes(created), ORIGIN)
    return caption_id


@pytest.fixture
async def caption_id(log: MemoryLog, blobs: BlobStore) -> str:
    return await captioned(log, blobs)


async def ask(caller: httpx2.AsyncClient, caption_id: str, address: str = "", **body: Any) -> httpx2.Response:
    return await caller.post(f"/v1/captions/{caption_id}/preview{address}", json=body or None)


def pointer(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["pointer"]


async def test_a_preview_is_the_frame_with_its_time_and_its_font(caller: httpx2.AsyncClient, caption_id: str) -> None:
    answer = await ask(caller, caption_id, "?at=0.97")
    assert (200, "image/png", b"a picture") == (answer.status_code, answer.headers["content-type"], answer.content)
    assert ("0.960000", "Arimo") == (answer.headers["kinolog-frame-time"], answer.headers["kinolog-font"])


@pytest.mark.parametrize("is_in_body", [True, False])
async def test_a_style_is_passed_on_as_it_was_chosen(
    caller: httpx2.AsyncClient, caption_id: str, renderer: MemoryRenderer, is_in_body: bool
) -> None:
    style = {"fontSize": 30, "primaryColor": "#00ff00"}
    if is_in_body:
        await ask(caller, caption_id, at=1.5, style=style)
    else:
        await caller.post(f"/v1/captions/{caption_id}/preview", params={"at": 1.5, "style": json.dumps(style)})
    assert [(1.5, style)] == [(wish.at, wish.style.chosen()) for wish in renderer.asked]


async def test_width_and_format_are_passed_on(
    caller: httpx2.AsyncClient, caption_id: str, renderer: MemoryRenderer
) -> None:
    answer = await ask(caller, caption_id, "?at=0&width=160&format=webp")
    assert ("image/webp", 160, "webp") == (
        answer.headers["content-type"],
        renderer.asked[0].width,
        renderer.asked[0].format,
    )


@pytest.mark.parametrize(
    ("address", "body", "expected"),
    [
        ("", {}, "?at"),
        ("?at=2", {}, "?at"),
        ("", {"at": 2.0}, "/at"),
        ("?at=nan", {}, "?at"),
        ("?at=-1", {}, "?at"),
        ("", {"at": 1e30}, "/at"),
        ("?at=1", {"at": 1}, "?at"),
        ("?at=1&width=0", {}, "?width"),
        ("?at=1&format=gif", {}, "?format"),
        ("?at=1&style={", {}, "?style"),
        ('?at=1&style={"fontSize":4000}', {}, "?style/fontSize"),
        ('?at=1&style={"nothing":1}', {}, "?style/nothing"),
        (f'?at=1&style={{"fontName":"{"x" * 5000}"}}', {}, "?style"),
        ("", {"at": 1, "style": {"fontSize": "huge"}}, "/style/fontSize"),
        ("", {"at": 1, "cues": []}, "/cues"),
        ("", {"at": 1, "style": {"preset": "nowhere"}}, "/style/preset"),
        ("", {"at": 1, "style": {"fontName": "Nowhere"}}, "/style/fontName"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_where_it_stands(
    caller: httpx2.AsyncClient, caption_id: str, address: str, body: dict[str, Any], expected: str
) -> None:
    assert (422, expected) == pointer(await ask(caller, caption_id, address, **body))


async def test_sound_alone_has_no_frames(caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore) -> None:
    caption_id = await captioned(log, blobs, width=None, height=None)
    assert 422 == (await ask(caller, caption_id, "?at=1")).status_code


async def test_a_deleted_caption_has_no_preview(
    caller: httpx2.AsyncClient, log: MemoryLog, caption_id: str, renderer: MemoryRenderer
) -> None:
    await log.append((await load(log, CAPTION, caption_id)).changes(CaptionDeleted()), ORIGIN)
    assert (404, []) == ((await ask(caller, caption_id, "?at=1")).status_code, renderer.asked)


async def test_a_caption_of_a_deleted_video_has_no_preview(
    caller: httpx2.AsyncClient, log: MemoryLog, caption_id: str
) -> None:
    video_id = (await load(log, CAPTION, caption_id)).require().video_id
    await log.append((await load(log, VIDEO, video_id)).changes(VideoDeleted()), ORIGIN)
    assert 404 == (await ask(caller, caption_id, "?at=1")).status_code


async def test_without_a_renderer_there_is_none_and_one_may_ask_again(
    caller: httpx2.AsyncClient, caption_id: str, renderer: MemoryRenderer
) -> None:
    renderer.is_there = False
    answer = await ask(caller, caption_id, "?at=1")
    assert (503, "render-unavailable", "2") == (
        answer.status_code,
        answer.json()["type"],
        answer.headers["retry-after"],
    )


async def test_work_for_a_caller_who_goes_away_is_stopped(
    gateway: Gateway, settings: GatewaySettings, caption_id: str, renderer: MemoryRenderer
) -> None:
    renderer.may_answer.clear()
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])
    is_gone = asyncio.Event()

    async def receive() -> Message:
        if (message := next(messages, None)) is not None:
            return message
        await is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        return

    answering = asyncio.create_task(build_app(gateway, settings)(_scope(caption_id), receive, send))
    await eventually(lambda: len(renderer.asked) == 1, within=5)
    is_gone.set()
    await answering
    assert 1 == renderer.stopped


def _scope(caption_id: str) -> dict[str, Any]:
    path = f"/v1/captions/{caption_id}/preview"
    headers = [(b"host", b"gateway:8420"), (b"authorization", b"Bearer a-token-for-tests")]
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"at=1",
        "headers": headers,
        "scheme": "http",
        "server": ("gateway", 8420),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "root_path": "",
    }
