"""Searching in speech over HTTP: hits with their moments, filters, pages, and questions that make no sense."""

from typing import Any

import httpx2
import pytest

from kinolog.common.aggregates import CAPTION
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.ids import new_id
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue, Word, cues_to_json
from kinolog.common.testing.examples import ORIGIN, registered
from kinolog.gateway.memory import MemoryCatalog

WORDS = (Word(start=1.0, end=1.4, text="Hello"), Word(start=1.5, end=2.0, text="world"))
CUES = (Cue(start=1.0, end=2.0, text="Hello world", words=WORDS), Cue(start=2.0, end=3.0, text="The world is round"))


@pytest.fixture
async def video_id(log: MemoryLog, blobs: BlobStore) -> str:
    """A video with a caption."""
    video_id = await registered(log, title="Winter")
    caption = CaptionCreated(
        video_id=video_id,
        project_id="p",
        filename="film.srt",
        language="en",
        cues=await blobs.put_bytes(cues_to_json(CUES)),
        cue_count=2,
        style={},
    )
    await log.append(unborn(CAPTION, new_id("cap")).changes(caption), ORIGIN)
    return video_id


async def search(caller: httpx2.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await caller.get("/v1/search", params=query)
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_hit_leads_to_the_moment_of_the_word(caller: httpx2.AsyncClient, video_id: str) -> None:
    (hit,) = (await search(caller, q="hello"))["data"]
    assert ("hit", video_id, "Winter", 0, 1.0) == tuple(
        hit[name] for name in ("object", "video_id", "video_title", "cue", "start")
    )
    assert ([[0, 5]], [{"text": "Hello", "start": 1.0, "end": 1.4}]) == (hit["highlights"], hit["words"])


async def test_an_answer_is_a_list_that_tells_whether_it_is_complete(caller: httpx2.AsyncClient, video_id: str) -> None:
    answer = await search(caller, q="nothing")
    assert {"object", "data", "has_more", "next_cursor", "seq", "unreadable", "is_complete"} == answer.keys()
    assert ("list", [], True) == (answer["object"], answer["data"], answer["is_complete"])


async def test_pages_of_hits_follow_each_other(caller: httpx2.AsyncClient, video_id: str) -> None:
    first = await search(caller, q="world", limit=1)
    rest = await search(caller, q="world", limit=1, cursor=first["next_cursor"])
    assert ([0, 1], True, False) == (
        [hit["cue"] for page in (first, rest) for hit in page["data"]],
        first["has_more"],
        rest["has_more"],
    )


async def test_a_search_is_narrowed_down(caller: httpx2.AsyncClient, video_id: str) -> None:
    narrow = ({"video_id": video_id}, {"video_id": "vid_none"}, {"language": "de"}, {"project_id": "prj_none"})
    found = [len((await search(caller, q="world", **each))["data"]) for each in narrow]
    assert [2, 0, 0, 0] == found


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "?q"),
        ("q=", "?q"),
        ("q=%3F!", "?q"),
        (f"q={'x' * 201}", "?q"),
        ("q=a&limit=0", "?limit"),
        ("q=a&sort=size", "?sort"),
        ("q=a&project_id=%00", "?project_id"),
        ("q=a&video_id=%20", "?video_id"),
    ],
)
async def test_a_question_that_makes_no_sense_names_the_parameter(
    caller: httpx2.AsyncClient, query: str, pointer: str
) -> None:
    answer = await caller.get(f"/v1/search?{query}")
    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_without_a_catalog_it_is_to_be_tried_again(caller: httpx2.AsyncClient, catalog: MemoryCatalog) -> None:
    catalog.is_there = False
    answer = await caller.get("/v1/search?q=a")
    assert (503, "catalog-unavailable") == (answer.status_code, answer.json()["type"])


async def test_a_stranger_finds_nothing(stranger: httpx2.AsyncClient) -> None:
    assert 401 == (await stranger.get("/v1/search?q=a")).status_code
