"""Editing captions over HTTP: edits, undo and redo, revisions, differences."""

from base64 import b64encode
from typing import Any

import httpx2
import pytest

from kinolog.common.aggregates import CAPTION
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events.caption import CaptionCreated, CaptionDeleted
from kinolog.common.ids import new_id
from kinolog.common.log import Origin, load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue, cues_to_json
from kinolog.common.testing.examples import registered

ORIGIN = Origin(source="test", actor="test", correlation_id="test")
SPOKEN = "Schöne Grüße aus München, wo die Straßen heute für jeden größer wirken als früher."
SRT = f"1\n00:00:01,000 --> 00:00:02,000\n{SPOKEN}\n\n"
CUES = (Cue(start=0.0, end=1.0, text="Hello"), Cue(start=1.0, end=2.0, text="world"))


@pytest.fixture
async def caption_id(log: MemoryLog, blobs: BlobStore) -> str:
    cues = await blobs.put_bytes(cues_to_json(CUES))
    caption = CaptionCreated(
        video_id=new_id("vid"), project_id="p", filename="film.srt", language="en", cues=cues, cue_count=2, style={}
    )
    made = new_id("cap")
    await log.append(unborn(CAPTION, made).changes(caption), ORIGIN)
    return made


async def texts(caller: httpx2.AsyncClient, caption_id: str) -> list[str]:
    answer = await caller.get(f"/v1/captions/{caption_id}/content?format=json")
    return [cue["text"] for cue in answer.json()["cues"]]


async def patch(caller: httpx2.AsyncClient, caption_id: str, *edits: dict[str, Any], **headers: str) -> httpx2.Response:
    return await caller.patch(f"/v1/captions/{caption_id}", json={"edits": edits}, headers=headers)


def says(text: str) -> dict[str, Any]:
    return {"op": "text", "cue": 0, "text": text}


async def test_an_edit_is_an_event_that_says_how(caller: httpx2.AsyncClient, caption_id: str, log: MemoryLog) -> None:
    answer = await patch(caller, caption_id, says("Hi"), {"op": "delete", "cue": 1})
    assert (200, 1) == (answer.status_code, answer.json()["cue_count"])
    assert ["Hi"] == await texts(caller, caption_id)
    assert ("text", "delete") == getattr((await log.read("caption", caption_id))[-1].event, "operations", None)


async def test_all_edits_are_done_or_none(caller: httpx2.AsyncClient, caption_id: str) -> None:
    answer = await patch(caller, caption_id, says("Hi"), {"op": "delete", "cue": 7})
    assert (422, "/edits/1/cue") == (answer.status_code, answer.json()["errors"][0]["pointer"])
    assert ["Hello", "world"] == await texts(caller, caption_id)


async def test_a_caption_that_has_changed_since_is_not_edited(caller: httpx2.AsyncClient, caption_id: str) -> None:
    etag = (await caller.get(f"/v1/captions/{caption_id}")).headers["etag"]
    await patch(caller, caption_id, says("Hi"), **{"If-Match": etag})
    answer = await patch(caller, caption_id, says("Bye"), **{"If-Match": etag})
    assert (412, ["Hi", "world"]) == (answer.status_code, await texts(caller, caption_id))


async def test_edits_are_undone_and_done_again_one_by_one(caller: httpx2.AsyncClient, caption_id: str) -> None:
    seen = []
    for text in ("one", "two"):
        await patch(caller, caption_id, says(text))
    for step in ("undo", "undo", "redo", "redo"):
        await caller.post(f"/v1/captions/{caption_id}/{step}")
        seen.append((await texts(caller, caption_id))[0])
    assert ["one", "Hello", "one", "two"] == seen


async def test_what_was_undone_is_gone_once_something_else_is_written(
    caller: httpx2.AsyncClient, caption_id: str
) -> None:
    await patch(caller, caption_id, says("one"))
    await caller.post(f"/v1/captions/{caption_id}/undo")
    await patch(caller, caption_id, says("two"))
    answer = await caller.post(f"/v1/captions/{caption_id}/redo")
    assert (409, ["two", "world"]) == (answer.status_code, await texts(caller, caption_id))


async def test_a_repeated_undo_with_the_same_key_undoes_once(caller: httpx2.AsyncClient, caption_id: str) -> None:
    for text in ("one", "two"):
        await patch(caller, caption_id, says(text))
    for _ in range(3):
        await caller.post(f"/v1/captions/{caption_id}/undo", headers={"Idempotency-Key": "once"})
    assert ["one", "world"] == await texts(caller, caption_id)


async def test_any_earlier_version_can_be_brought_back(caller: httpx2.AsyncClient, caption_id: str) -> None:
    for text in ("one", "two", "three"):
        await patch(caller, caption_id, says(text))
    await caller.post(f"/v1/captions/{caption_id}/revert", json={"version": 2})
    assert ["one", "world"] == await texts(caller, caption_id)
    await caller.post(f"/v1/captions/{caption_id}/undo")
    assert ["three", "world"] == await texts(caller, caption_id)
    listed = (await caller.get(f"/v1/captions/{caption_id}/revisions")).json()["data"]
    assert [(1, None), (2, None), (3, None), (4, None), (5, 2), (6, 4)] == [
        (each["version"], each["reverted_to"]) for each in listed
    ]


async def test_a_difference_names_what_was_said_before_and_after(caller: httpx2.AsyncClient, caption_id: str) -> None:
    await patch(caller, caption_id, says("one"))
    answer = (await caller.get(f"/v1/captions/{caption_id}/diff")).json()
    assert (1, 2) == (answer["from"], answer["to"])
    assert [("Hello", "one")] == [(each["before"]["text"], each["after"]["text"]) for each in answer["data"]]


async def test_a_style_is_an_event_of_its_own(caller: httpx2.AsyncClient, caption_id: str) -> None:
    answer = await caller.patch(f"/v1/captions/{caption_id}", json={"style": {"fontSize": 32}})
    assert (200, {"fontSize": 32.0}) == (answer.status_code, answer.json()["style"])


async def test_a_deleted_caption_is_not_edited(caller: httpx2.AsyncClient, caption_id: str, log: MemoryLog) -> None:
    await log.append((await load(log, CAPTION, caption_id)).changes(CaptionDeleted()), ORIGIN)
    assert 409 == (await patch(caller, caption_id, says("x"))).status_code


@pytest.mark.parametrize("body", [{}, {"edits": []}, {"edits": [{"op": "rm"}]}, {"style": {"fontSize": 9999}}])
async def test_a_patch_that_asks_for_nothing_possible_is_refused(
    caller: httpx2.AsyncClient, caption_id: str, body: dict[str, Any]
) -> None:
    assert 422 == (await caller.patch(f"/v1/captions/{caption_id}", json=body)).status_code


async def brought(caller: httpx2.AsyncClient, log: MemoryLog, **fields: Any) -> httpx2.Response:
    body = {"video_id": await registered(log), "language": "en", **fields}
    return await caller.post("/v1/captions", json=body)


@pytest.mark.parametrize(
    ("fields", "subtitle_format"),
    [
        ({"content": SRT}, "srt"),
        ({"content": "WEBVTT\n\n00:01.000 --> 00:02.000\n" + SPOKEN}, "vtt"),
        ({"content_base64": b64encode(SRT.encode("utf-16")).decode(), "filename": "a.srt"}, "srt"),
        ({"content_base64": b64encode(SRT.encode("cp1252")).decode()}, "srt"),
    ],
)
async def test_subtitles_become_a_caption(
    caller: httpx2.AsyncClient, log: MemoryLog, fields: dict[str, Any], subtitle_format: str
) -> None:
    answer = await brought(caller, log, **fields)
    assert (201, subtitle_format) == (answer.status_code, answer.json()["format"])
    assert [SPOKEN] == await texts(caller, answer.json()["id"])


async def test_broken_subtitles_are_refused_with_line_and_reason(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await brought(caller, log, content=SRT + "\n2\nsoon\nBye\n")
    problem = answer.json()
    assert (422, "subtitle-invalid", "/content") == (
        answer.status_code,
        problem["type"],
        problem["errors"][0]["pointer"],
    )
    assert problem["detail"].startswith("line 6: times such as")


@pytest.mark.parametrize("fields", [{}, {"content": "x", "content_base64": "eA=="}, {"content_base64": "?"}])
async def test_a_caption_needs_one_content(caller: httpx2.AsyncClient, log: MemoryLog, fields: dict[str, Any]) -> None:
    assert 422 == (await brought(caller, log, **fields)).status_code
