"""What was left out of a caption as invented, over HTTP."""

from typing import Any

import httpx2

from kinolog.common.aggregates import CAPTION
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef
from kinolog.common.events.caption import CaptionCreated, Transcription
from kinolog.common.ids import new_id
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import CUES_MEDIA_TYPE, cues_to_json
from kinolog.common.testing.examples import ORIGIN, registered

REPORT = b'{"version": 1, "dropped": []}'


def heard(report: BlobRef | None) -> Transcription:
    by: dict[str, Any] = {"model_name": "tiny", "model_sha256": "ab" * 32, "device": "cpu", "compute_type": "int8"}
    return Transcription(**by, beam_size=5, vad=True, temperatures=(0.0,), audio_seconds=3.0, report=report)


async def captioned(log: MemoryLog, blobs: BlobStore, transcription: Transcription | None) -> str:
    caption = CaptionCreated(
        video_id=await registered(log),
        project_id=new_id("prj"),
        filename="film.en.srt",
        language="en",
        style={},
        cues=await blobs.put_bytes(cues_to_json(()), CUES_MEDIA_TYPE),
        cue_count=0,
        transcription=transcription,
    )
    made = new_id("cap")
    await log.append(unborn(CAPTION, made).changes(caption), ORIGIN)
    return made


async def test_what_was_left_out_is_told(caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore) -> None:
    report = await blobs.put_bytes(REPORT, "application/json")
    answer = await caller.get(f"/v1/captions/{await captioned(log, blobs, heard(report))}/report")
    assert (200, REPORT, "application/json") == (answer.status_code, answer.content, answer.headers["content-type"])


async def test_a_caption_that_was_brought_along_has_no_report(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore
) -> None:
    answer = await caller.get(f"/v1/captions/{await captioned(log, blobs, None)}/report")
    assert (404, "not-found") == (answer.status_code, answer.json()["type"].rpartition("/")[2])


async def test_strangers_see_no_report_on_a_caption(
    stranger: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore
) -> None:
    assert 401 == (await stranger.get(f"/v1/captions/{await captioned(log, blobs, None)}/report")).status_code
