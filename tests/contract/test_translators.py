"""Every Translator keeps the same promises to the translate job."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from harness.web_server import Asked, answer_status, web_server
from pydantic import SecretStr

from kinolog.transcribe.adapters.libre_translate import LibreTranslate
from kinolog.transcribe.adapters.memory_translator import MemoryTranslator
from kinolog.transcribe.handlers.translate import Translator


async def an_engine(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Does as the memory does, by the protocol of LibreTranslate."""
    question = json.loads(asked.body)
    texts = [f"{question['target']}: {text}" if text else "" for text in question["q"]]
    await answer_status(200, json.dumps({"translatedText": texts}).encode())(asked, writer)


@pytest.fixture(params=["memory", "libretranslate"])
async def translator(request: pytest.FixtureRequest) -> AsyncIterator[Translator]:
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            yield MemoryTranslator()
        else:
            server = await stack.enter_async_context(web_server(an_engine))
            yield LibreTranslate(url=server.url, key=SecretStr("k"), timeout_seconds=10, max_answer_bytes=100_000)


async def test_it_answers_as_many_texts_in_the_same_order(translator: Translator) -> None:
    assert ("de: One.", "de: Two.", "") == await translator.translate(["One.", "Two.", ""], "en", "de")


async def test_it_says_what_it_is(translator: Translator) -> None:
    assert translator.label.split(" ")[0] in ("memory", "libretranslate")


async def test_nothing_to_say_is_nothing_to_translate(translator: Translator) -> None:
    assert ("", "") == await translator.translate(["", ""], "en", "de")
