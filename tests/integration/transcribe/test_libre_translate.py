"""A translation engine on a real socket: one that does its work, and all the others."""

import json
from typing import Any

import pytest
from harness.web_server import Answer, WebServer, answer_raw, answer_status, head, web_server
from pydantic import SecretStr

from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.transcribe.adapters.libre_translate import LibreTranslate
from kinolog.transcribe.settings import TranscribeSettings

KEY = "very-secret"


def engine(url: str, **changes: Any) -> LibreTranslate:
    usual = {"url": url, "key": SecretStr(KEY), "timeout_seconds": 5, "max_answer_bytes": 100_000}
    return LibreTranslate(**{**usual, **changes})


def answers(*texts: Any) -> Answer:
    return answer_status(200, json.dumps({"translatedText": list(texts)}).encode())


async def failure(*answer: Answer, **changes: Any) -> WorkError:
    """Of an engine that is asked for two texts."""
    async with web_server(*answer) as server:
        with pytest.raises(WorkError) as raised:
            await engine(server.url, **changes).translate(["One.", "Two."], "en", "de")
    return raised.value


async def asked_of(server: WebServer, **changes: Any) -> dict[str, Any]:
    await engine(f"{server.url}/engine/", **changes).translate(["One."], "en", "de")
    question: dict[str, Any] = json.loads(server.asked[-1].body)
    return question


async def test_it_asks_by_the_protocol() -> None:
    async with web_server(answers("Eins.")) as server:
        question = await asked_of(server)

    assert {"q": ["One."], "source": "en", "target": "de", "format": "text", "api_key": KEY} == question
    assert ["/engine/translate"] == [asked.path for asked in server.asked]


async def test_without_a_key_none_is_sent() -> None:
    async with web_server(answers("Eins.")) as server:
        assert "api_key" not in await asked_of(server, key=None)


async def test_a_language_that_nobody_knows_is_for_the_engine_to_find() -> None:
    async with web_server(answers("Eins.")) as server:
        await engine(server.url).translate(["One."], "und", "de")

    assert "auto" == json.loads(server.asked[0].body)["source"]


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (400, "translation_refused", "refuses: xx is not supported"),
        (403, "translation_refused", "the operator sets KINOLOG_TRANSLATION_KEY"),
        (404, "translation_refused", "KINOLOG_TRANSLATION_URL is no translation engine"),
        (302, "translation_refused", "KINOLOG_TRANSLATION_URL is no translation engine"),
    ],
)
async def test_an_engine_that_says_no_fails_the_job_for_good(status: int, kind: str, message: str) -> None:
    no = await failure(answer_status(status, b'{"error": "xx is not supported"}', Location="http://127.0.0.1:1/"))

    assert (PermanentError, kind) == (type(no), no.kind)
    assert message in str(no)


@pytest.mark.parametrize(("status", "wait"), [(429, 7.0), (500, None), (503, None)])
async def test_an_engine_that_is_busy_or_ill_is_asked_again(status: int, wait: float | None) -> None:
    no = await failure(answer_status(status, b"<html>", **({"Retry-After": "7"} if wait else {})))

    assert isinstance(no, PassingError)
    assert wait == no.retry_in_seconds


async def test_an_engine_that_is_not_there_is_asked_again() -> None:
    with pytest.raises(PassingError, match="cannot be reached"):
        await engine("http://127.0.0.1:1").translate(["One."], "en", "de")


async def test_an_engine_that_does_not_answer_in_time_is_asked_again() -> None:
    no = await failure(answer_raw(b"", pause_seconds=30), timeout_seconds=0.2)

    assert isinstance(no, PassingError)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answers("Eins."), "answers 2 texts by 1"),
        (answers("Eins.", "Zwei.", "Drei."), "answers 2 texts by 3"),
        (answers("Eins.", "x" * 3_000), "makes 3,000 characters of 4"),
        (answers("Eins.", 2), "no list of texts"),
        (answer_status(200, b'{"translatedText": "Eins."}'), "no list of texts"),
        (answer_status(200, b"<html>"), "no list of texts"),
        (answer_status(200, b"[" * 50_000), "no list of texts"),
        (answer_raw(head(), b'{"translatedText": ["', b"x" * 10_000, for_ever=True), "longer than 100000 bytes"),
    ],
)
async def test_an_answer_without_sense_fails_the_job_for_good(answer: Answer, reason: str) -> None:
    no = await failure(answer)

    assert (PermanentError, "translation_senseless") == (type(no), no.kind)
    assert reason in str(no)


async def test_no_failure_shows_the_key() -> None:
    no = await failure(answer_status(400, json.dumps({"error": f"{KEY} is no key\x1b[31m\n" + "y" * 9_999}).encode()))

    assert KEY not in f"{no} {no.detail}"
    assert "\x1b" not in str(no)
    assert len(str(no)) < 400


@pytest.mark.parametrize("url", ["ftp://engine", "http://user:secret@engine", "engine:5000"])
def test_an_address_that_is_none_is_told_at_the_start(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_TRANSLATION_URL", url)

    with pytest.raises(ValueError, match="translation_url") as refusal:
        TranscribeSettings()

    assert "secret" not in str(refusal.value)
