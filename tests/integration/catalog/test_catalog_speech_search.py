"""Searching in speech while captions come, a catalog restarts, and a database disappears."""

import json
from pathlib import Path
from typing import Any

import pytest

from kinolog.catalog.adapters.sqlite import remove_files
from kinolog.catalog.settings import CatalogSettings
from kinolog.common.aggregates import CAPTION
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events.caption import CaptionCreated, CaptionPurged
from kinolog.common.ids import new_id
from kinolog.common.log import EventLog, load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.queries import Hits
from kinolog.common.subtitles import Cue, cues_to_json
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import ORIGIN, created, registered

on_sqlite = pytest.mark.parametrize("catalog_settings", ["sqlite"], indirect=True)


@pytest.fixture
def settings(catalog_settings: CatalogSettings, nats_server: NatsServer, blobs_url: str) -> CatalogSettings:
    return catalog_settings.model_copy(update={"nats_url": nats_server.url, "blobs_url": blobs_url})


@pytest.fixture
def blobs_url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/blobs"


@pytest.fixture
def blobs(blobs_url: str) -> BlobStore:
    return BlobStore.open(blobs_url)


async def said(log: EventLog, blobs: BlobStore, *texts: str) -> str:
    cues = tuple(Cue(start=second, end=second + 1, text=text) for second, text in enumerate(texts))
    caption_id = new_id("cap")
    caption = CaptionCreated(
        video_id=await registered(log),
        project_id="p",
        filename="film.srt",
        language="en",
        cues=await blobs.put_bytes(cues_to_json(cues)),
        cue_count=len(cues),
        style={},
    )
    await log.append(unborn(CAPTION, caption_id).changes(caption), ORIGIN)
    return caption_id


async def found(log: EventLog, ask: Any, q: str) -> list[str]:
    request = {"q": q, "min_seq": await log.last_sequence()}
    error, answer = await ask.raw("speech", json.dumps(request).encode())
    assert error is None, answer
    return [hit.text for hit in Hits.model_validate_json(answer).data]


async def test_what_is_said_is_found_at_once_and_gone_at_once(
    jetstream_log: JetStreamLog, ask: Any, running: Any, blobs: BlobStore
) -> None:
    async with running():
        for number in range(5):
            caption_id = await said(jetstream_log, blobs, f"word {number}", "another")
            assert [f"word {number}"] == await found(jetstream_log, ask, f"word {number}")
            await jetstream_log.append(
                (await load(jetstream_log, CAPTION, caption_id)).changes(CaptionPurged()), ORIGIN
            )
            assert [] == await found(jetstream_log, ask, "word")


async def test_a_restarted_catalog_reads_nothing_anew(
    jetstream_log: JetStreamLog, ask: Any, running: Any, blobs: BlobStore, tmp_path: Path
) -> None:
    await said(jetstream_log, blobs, "word")
    async with running():
        await found(jetstream_log, ask, "word")
    async with running(blobs_url=f"file://{tmp_path}/nothing-here"):
        assert ["word"] == await found(jetstream_log, ask, "word")


async def test_what_is_not_about_captions_is_not_waited_for(
    jetstream_log: JetStreamLog, ask: Any, running: Any, blobs: BlobStore
) -> None:
    await said(jetstream_log, blobs, "word")
    async with running(catalog_manager_interval_seconds=600.0, catalog_wait_seconds=2.0):
        await found(jetstream_log, ask, "word")
        await created(jetstream_log)
        assert ["word"] == await found(jetstream_log, ask, "word")


@on_sqlite
async def test_a_database_deleted_under_a_running_catalog_is_searched_again(
    jetstream_log: JetStreamLog, ask: Any, running: Any, blobs: BlobStore, tmp_path: Path
) -> None:
    await said(jetstream_log, blobs, "word")

    async def is_found_again() -> bool:
        error, answer = await ask.raw("speech", b'{"q": "word"}')
        return error is None and b"cap_" in answer

    async with running(catalog_check_interval_seconds=0.05, catalog_manager_interval_seconds=0.2):
        await eventually(is_found_again)
        remove_files(tmp_path / "catalog.db")
        await eventually(is_found_again, within=10)


async def test_nonsense_is_refused_with_the_field(jetstream_log: JetStreamLog, ask: Any, running: Any) -> None:
    async with running():
        problems = [await ask.problem("speech", json.dumps(each).encode()) for each in ({"q": "?"}, {"q": 1}, {})]
    assert [("validation", "q")] * 3 == [(problem.code, problem.field) for problem in problems]
