"""What was found in a video's file, over HTTP."""

import httpx2
import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef
from kinolog.common.events.video import VideoReplaced
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, a_video, registered

REPORT = b'{"version": 1, "streams": []}'


@pytest.fixture
async def probe(blobs: BlobStore) -> BlobRef:
    return await blobs.put_bytes(REPORT, "application/json")


async def test_what_was_found_in_a_file_is_served_as_json(
    caller: httpx2.AsyncClient, log: MemoryLog, probe: BlobRef
) -> None:
    answer = await caller.get(f"/v1/videos/{await registered(log, probe=probe)}/probe")
    assert (200, REPORT, "application/json") == (answer.status_code, answer.content, answer.headers["content-type"])


async def test_a_video_may_get_another_file_so_that_callers_ask_again(
    caller: httpx2.AsyncClient, log: MemoryLog, probe: BlobRef
) -> None:
    path = f"/v1/videos/{await registered(log, probe=probe)}/probe"
    answer = await caller.head(path)
    again = await caller.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert ("private, no-cache", 304) == (answer.headers["cache-control"], again.status_code)


async def test_the_report_of_an_earlier_file_is_not_shown_for_another(
    caller: httpx2.AsyncClient, log: MemoryLog, probe: BlobRef
) -> None:
    video_id = await registered(log, probe=probe)
    other = VideoReplaced(**a_video().model_dump(include=set(VideoReplaced.model_fields)))
    await log.append((await load(log, VIDEO, video_id)).changes(other), ORIGIN)
    assert 404 == (await caller.get(f"/v1/videos/{video_id}/probe")).status_code


async def test_a_video_from_before_there_were_reports_has_none(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.get(f"/v1/videos/{await registered(log)}/probe")
    assert (404, "not-found") == (answer.status_code, answer.json()["type"].rpartition("/")[2])


async def test_a_video_tells_the_chief_facts_of_its_file(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    known = {"is_variable_frame_rate": True, "dynamic_range": "hlg", "audio_channels": 6, "chapter_count": 3}
    told = (await caller.get(f"/v1/videos/{await registered(log, **known)}")).json()
    assert known == {name: told[name] for name in known}


async def test_strangers_see_no_report(stranger: httpx2.AsyncClient, log: MemoryLog, probe: BlobRef) -> None:
    assert 401 == (await stranger.get(f"/v1/videos/{await registered(log, probe=probe)}/probe")).status_code
