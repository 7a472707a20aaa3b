"""Storyboards, waveforms and loudness of videos over HTTP."""

import httpx2
import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.events import Event
from kinolog.common.events.video import (
    Storyboard,
    VideoSoundMeasured,
    VideoStoryboardMade,
    VideoThumbnailMade,
    VideoWaveformMade,
)
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, registered
from kinolog.gateway.handlers.storyboard import storyboard_track

SILENCES = b'{"version": 1, "threshold_db": -50.0, "shortest_seconds": 0.5, "silences": [{"start": 2.0, "end": 3.5}]}'
TRACK = """WEBVTT

00:00:00.000 --> 00:00:05.000
storyboard.jpg#xywh=0,0,160,90

00:00:05.000 --> 00:00:10.000
storyboard.jpg#xywh=160,0,160,90

00:00:10.000 --> 00:00:12.500
storyboard.jpg#xywh=0,90,160,90

"""


@pytest.fixture
async def analyzed(log: MemoryLog, blobs: BlobStore) -> str:
    """A video of 12.5 seconds with all that can be made of it."""
    video_id = await registered(log, duration=12.5)
    waveform, picture = await blobs.put_bytes(b"{}", "application/json"), await blobs.put_bytes(b"PNG", "image/png")
    events: list[Event] = [
        VideoThumbnailMade(content=await blobs.put_bytes(b"poster", "image/jpeg"), width=640, height=360, at=0.0),
        VideoStoryboardMade.model_validate(await a_storyboard(blobs)),
        VideoWaveformMade(content=waveform, picture=picture, peaks_per_second=20.0, peak_count=250),
        VideoSoundMeasured(
            integrated_lufs=-23.0,
            range_lu=4.5,
            true_peak_dbtp=None,
            silences=await blobs.put_bytes(SILENCES, "application/json"),
            silence_count=1,
            silent_seconds=1.5,
        ),
    ]
    await log.append((await load(log, VIDEO, video_id)).changes(*events), ORIGIN)
    return video_id


async def a_storyboard(blobs: BlobStore) -> dict[str, object]:
    return {
        "content": await blobs.put_bytes(b"sheet", "image/jpeg"),
        "tile_width": 160,
        "tile_height": 90,
        "columns": 2,
        "rows": 2,
        "interval_seconds": 5.0,
        "tile_count": 3,
    }


async def test_the_track_tells_the_place_of_each_tile(caller: httpx2.AsyncClient, analyzed: str) -> None:
    answer = await caller.get(f"/v1/videos/{analyzed}/storyboard.vtt")
    assert (200, "text/vtt; charset=utf-8", TRACK) == (answer.status_code, answer.headers["content-type"], answer.text)


async def test_the_last_cue_of_a_track_never_ends_before_it_begins(blobs: BlobStore) -> None:
    board = Storyboard.model_validate(await a_storyboard(blobs))
    assert "00:00:10.000 --> 00:00:10.001" in storyboard_track(board, 9.0)


@pytest.mark.parametrize(
    ("path", "content", "media_type"),
    [
        ("storyboard.jpg", b"sheet", "image/jpeg"),
        ("waveform", b"{}", "application/json"),
        ("waveform?format=png", b"PNG", "image/png"),
        ("waveform.png", b"PNG", "image/png"),
        ("thumbnail", b"poster", "image/jpeg"),
    ],
)
async def test_what_was_made_is_served_and_asked_for_again_when_it_may_have_changed(
    caller: httpx2.AsyncClient, analyzed: str, path: str, content: bytes, media_type: str
) -> None:
    answer = await caller.get(f"/v1/videos/{analyzed}/{path}")
    again = await caller.get(f"/v1/videos/{analyzed}/{path}", headers={"If-None-Match": answer.headers["etag"]})
    assert (200, content, media_type) == (answer.status_code, answer.content, answer.headers["content-type"])
    assert ("private, no-cache", 304) == (answer.headers["cache-control"], again.status_code)


async def test_the_sound_is_told_with_its_silences(caller: httpx2.AsyncClient, analyzed: str) -> None:
    answer = await caller.get(f"/v1/videos/{analyzed}/sound")
    assert {
        "threshold_db": -50.0,
        "shortest_seconds": 0.5,
        "silences": [{"start": 2.0, "end": 3.5}],
        "integrated_lufs": -23.0,
        "range_lu": 4.5,
        "true_peak_dbtp": None,
        "silence_count": 1,
        "silent_seconds": 1.5,
    } == answer.json()


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("storyboard.vtt", "storyboard"),
        ("storyboard.jpg", "storyboard"),
        ("waveform", "waveform"),
        ("waveform.png", "waveform"),
        ("sound", "sound"),
    ],
)
async def test_what_was_not_made_can_be_asked_for(
    caller: httpx2.AsyncClient, log: MemoryLog, path: str, part: str
) -> None:
    answer = await caller.get(f"/v1/videos/{await registered(log)}/{path}")
    fix = f'submit a job of the type analyze with input_data {{"parts": ["{part}"]}}'
    assert (404, True) == (answer.status_code, fix in answer.json()["detail"])


async def test_strangers_see_no_storyboard(stranger: httpx2.AsyncClient, analyzed: str) -> None:
    assert 401 == (await stranger.get(f"/v1/videos/{analyzed}/storyboard.jpg")).status_code


async def test_an_unknown_format_of_the_waveform_is_refused(caller: httpx2.AsyncClient, analyzed: str) -> None:
    assert 422 == (await caller.get(f"/v1/videos/{analyzed}/waveform?format=svg")).status_code
