"""Files of subtitles over HTTP: what they say comes in and goes out again, in whatever encoding, up to a size."""

import json
from base64 import b64encode
from typing import Any

import httpx2
import pytest

from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue, Word, render
from kinolog.common.testing.examples import registered
from kinolog.gateway.legacy_text import decoded
from kinolog.gateway.settings import GatewaySettings

SPOKEN = (
    Cue(
        start=1.0,
        end=2.0,
        text="Grüß dich",
        speaker="Ann & Bob",
        words=(Word(text="Grüß", start=1.1, end=1.4, probability=0.5), Word(text="dich", start=1.5, end=1.9)),
    ),
    Cue(start=3.0, end=4.0, text="Tschüß"),
)


async def brought(caller: httpx2.AsyncClient, log: MemoryLog, content: bytes, **fields: Any) -> httpx2.Response:
    body = {"video_id": await registered(log), "language": "de", "content_base64": b64encode(content).decode()}
    return await caller.post("/v1/captions", json={**body, **fields})


async def written(caller: httpx2.AsyncClient, answer: httpx2.Response, query: str) -> bytes:
    return (await caller.get(f"/v1/captions/{answer.json()['id']}/content?{query}")).content


async def test_json_comes_back_as_it_was(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await brought(caller, log, render(SPOKEN, "json"))
    assert (201, "json", True) == (answer.status_code, answer.json()["format"], answer.json()["word_level"])
    assert render(SPOKEN, "json") == await written(caller, answer, "format=json")


@pytest.mark.parametrize("query", ["format=vtt", "format=vtt&words=true", "format=srt", "format=json&words=true"])
async def test_words_are_timed_in_webvtt_where_asked(caller: httpx2.AsyncClient, log: MemoryLog, query: str) -> None:
    answer = await brought(caller, log, render(SPOKEN, "json"))
    name, _, rest = query.removeprefix("format=").partition("&")
    assert render(SPOKEN, name, words=bool(rest)) == await written(caller, answer, query)


async def test_webvtt_with_words_and_voices_comes_back(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    timed = render(SPOKEN, "vtt", words=True)
    answer = await brought(caller, log, timed)
    assert ({}, True) == (answer.json()["left_out"], answer.json()["word_level"])
    assert timed == await written(caller, answer, "format=vtt&words=true")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
async def test_umlauts_survive_any_encoding(caller: httpx2.AsyncClient, log: MemoryLog, encoding: str) -> None:
    answer = await brought(caller, log, render(SPOKEN, "srt").decode().encode(encoding))
    assert render(SPOKEN, "srt") == await written(caller, answer, "format=srt")


@pytest.mark.parametrize(
    "content", [b"\0" * 100, b"1\n00:00:01,000 --> 00:00:02,000\n\0a\0b\0c\n", b"\xff\xfe1", b"\x81\x8d\x8f\x90\x9d"]
)
async def test_what_is_no_text_is_refused(caller: httpx2.AsyncClient, log: MemoryLog, content: bytes) -> None:
    answer = await brought(caller, log, content)
    assert (422, "subtitle-invalid") == (answer.status_code, answer.json()["type"])
    assert "/content_base64" == answer.json()["errors"][0]["pointer"]


def test_one_odd_line_in_a_long_file_tells_its_encoding() -> None:
    odd = "Где вы были вчера?\n".encode("cp1251")
    content = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n\n" * 20_000 + odd
    assert content.decode("cp1251") == decoded(content)[0]


async def test_a_speaker_is_named_and_seen_in_the_difference(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    caption_id = (await brought(caller, log, render(SPOKEN, "srt"))).json()["id"]
    edit = {"op": "speaker", "cue": 0, "count": 2, "speaker": "Ann"}
    assert 200 == (await caller.patch(f"/v1/captions/{caption_id}", json={"edits": [edit]})).status_code
    found = (await caller.get(f"/v1/captions/{caption_id}/diff")).json()["data"]
    assert [(None, "Ann")] * 2 == [(each["before"]["speaker"], each["after"]["speaker"]) for each in found]


async def test_subtitles_may_be_larger_than_other_requests(
    caller: httpx2.AsyncClient, log: MemoryLog, settings: GatewaySettings
) -> None:
    content = render(tuple(Cue(start=second, end=second, text="Hello") for second in range(2_000)), "srt")
    assert settings.max_body_bytes < len(content) < settings.max_caption_bytes
    assert 201 == (await brought(caller, log, content)).status_code


async def test_subtitles_beyond_the_limit_are_refused(caller: httpx2.AsyncClient, settings: GatewaySettings) -> None:
    body = json.dumps({"content": "x" * settings.max_caption_bytes})
    answer = await caller.post("/v1/captions", content=body, headers={"Content-Type": "application/json"})
    assert (413, "payload-too-large") == (answer.status_code, answer.json()["type"])
