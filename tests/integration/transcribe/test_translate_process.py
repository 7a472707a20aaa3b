"""The service as a process of its own, on a real nats-server, with a translation engine on a real socket."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from harness.web_server import Asked, WebServer, answer_status, web_server

from kinolog.common.aggregates import CAPTION, JOB, Job
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.jetstream import JetStreamLog
from kinolog.common.subtitles import Cue, cues_from_json, cues_to_json
from kinolog.common.testing import NatsServer, eventually
from kinolog.common.testing.examples import ORIGIN, registered, submitted

CUES = (Cue(start=0, end=1, text="One", speaker="Ada"), Cue(start=1, end=2, text="and two.", speaker="Ada"))
GERMAN = {"One and two.": "Eins und zwei."}


async def an_engine(asked: Asked, writer: asyncio.StreamWriter) -> None:
    texts = [GERMAN[text] for text in json.loads(asked.body)["q"]]
    await answer_status(200, json.dumps({"translatedText": texts}).encode())(asked, writer)


@pytest.fixture
async def engine() -> AsyncIterator[WebServer]:
    """Ill at first."""
    async with web_server(answer_status(503), an_engine) as server:
        yield server


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path}/blobs")


@pytest.fixture
async def service(
    jetstream_log: JetStreamLog, nats_server: NatsServer, engine: WebServer, tmp_path: Path
) -> AsyncIterator[None]:
    settings = {
        "KINOLOG_NATS_URL": nats_server.url,
        "KINOLOG_BLOBS_URL": f"file://{tmp_path}/blobs",
        "KINOLOG_WORK_DIR": str(tmp_path / "work"),
        "KINOLOG_TRANSLATION_URL": engine.url,
    }
    process = subprocess.Popen([sys.executable, "-m", "kinolog.transcribe"], env={**os.environ, **settings})
    yield
    process.kill()
    process.wait()


async def captioned(log: JetStreamLog, blobs: BlobStore, video_id: str) -> str:
    caption_id = new_id("cap")
    created = CaptionCreated(
        video_id=video_id,
        project_id="prj_" + "0" * 32,
        filename="film.en.srt",
        language="en",
        style={},
        cues=await blobs.put_bytes(cues_to_json(CUES)),
        cue_count=len(CUES),
    )
    await log.append(unborn(CAPTION, caption_id).changes(created), ORIGIN)
    return caption_id


async def test_a_caption_is_translated_though_the_engine_was_ill_at_first(
    service: None, jetstream_log: JetStreamLog, blobs: BlobStore, engine: WebServer
) -> None:
    video_id = await registered(jetstream_log, filename="film.mp4")
    source = await captioned(jetstream_log, blobs, video_id)
    about = {"type": "translate", "queue": "transcribe", "video_id": video_id, "input_data": {"language": "de"}}
    job_id = await submitted(jetstream_log, **about)

    async def ended() -> Job | None:
        job = (await load(jetstream_log, JOB, job_id)).require()
        return job if job.completed_at else None

    job = await eventually(ended, within=60)

    assert job is not None
    output = job.output_data or {}
    assert (source, 2, 1) == (output["source_caption_id"], len(engine.asked), job.retry_count)
    caption = (await load(jetstream_log, CAPTION, output["caption_id"])).require()
    cues = cues_from_json(await blobs.read(caption.cues))
    assert [("Eins", 1, "Ada"), ("und zwei.", 2, "Ada")] == [(cue.text, cue.end, cue.speaker) for cue in cues]
