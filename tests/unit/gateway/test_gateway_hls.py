"""A packaged video over HTTP: what players get, how long they may keep it, and what is not there."""

import httpx2
import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.events.video import VideoDeleted, VideoPackaged
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.packages import PLAYLIST_MEDIA_TYPE, PackageManifest, manifest_to_json
from kinolog.common.testing.examples import ORIGIN, registered

MEDIA = bytes(range(100))
PLAYLIST = b"#EXTM3U\n"
FILES = {
    "master.m3u8": (PLAYLIST, PLAYLIST_MEDIA_TYPE),
    "v720-abc.mp4": (MEDIA, "video/mp4"),
    "captions-1-abc.vtt": (b"WEBVTT\n", "text/vtt; charset=utf-8"),
}


@pytest.fixture
async def packaged(log: MemoryLog, blobs: BlobStore) -> str:
    files = {name: await blobs.put_bytes(content, media_type) for name, (content, media_type) in FILES.items()}
    manifest = await blobs.put_bytes(manifest_to_json(PackageManifest(files=files)))
    video_id = await registered(log)
    event = VideoPackaged(manifest=manifest, format="hls", size_bytes=108)
    await log.append((await load(log, VIDEO, video_id)).changes(event), ORIGIN)
    return video_id


@pytest.mark.parametrize("name", FILES)
async def test_every_file_of_a_package_is_served_as_what_it_is(
    caller: httpx2.AsyncClient, packaged: str, name: str
) -> None:
    answer = await caller.get(f"/v1/videos/{packaged}/hls/{name}")
    assert (200, *FILES[name], "nosniff") == (
        answer.status_code,
        answer.content,
        answer.headers["content-type"],
        answer.headers["x-content-type-options"],
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("master.m3u8", "private, no-cache"), ("v720-abc.mp4", "private, max-age=31536000, immutable")],
)
async def test_media_may_be_kept_and_playlists_must_be_compared(
    caller: httpx2.AsyncClient, packaged: str, name: str, expected: str
) -> None:
    assert expected == (await caller.get(f"/v1/videos/{packaged}/hls/{name}")).headers["cache-control"]


async def test_a_playlist_that_the_player_has_is_not_sent_again(caller: httpx2.AsyncClient, packaged: str) -> None:
    path = f"/v1/videos/{packaged}/hls/master.m3u8"
    etag = (await caller.head(path)).headers["etag"]
    assert 304 == (await caller.get(path, headers={"If-None-Match": etag})).status_code


async def test_a_segment_is_a_part_of_a_file(caller: httpx2.AsyncClient, packaged: str) -> None:
    answer = await caller.get(f"/v1/videos/{packaged}/hls/v720-abc.mp4", headers={"Range": "bytes=10-19"})
    assert (206, MEDIA[10:20], "bytes 10-19/100") == (
        answer.status_code,
        answer.content,
        answer.headers["content-range"],
    )


@pytest.mark.parametrize("name", ["other.mp4", "..%2Fcontent", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a" * 5000, "x%00"])
async def test_what_is_not_in_the_package_is_not_found(caller: httpx2.AsyncClient, packaged: str, name: str) -> None:
    assert (await caller.get(f"/v1/videos/{packaged}/hls/{name}")).status_code in (404, 422)


async def test_a_video_that_was_not_packaged_says_so(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.get(f"/v1/videos/{await registered(log)}/hls/master.m3u8")
    assert (404, "not-found", True) == (
        answer.status_code,
        answer.json()["type"],
        "package of the video" in answer.json()["detail"],
    )


async def test_the_package_of_a_deleted_video_is_gone(
    caller: httpx2.AsyncClient, log: MemoryLog, packaged: str
) -> None:
    await log.append((await load(log, VIDEO, packaged)).changes(VideoDeleted()), ORIGIN)
    assert 404 == (await caller.get(f"/v1/videos/{packaged}/hls/master.m3u8")).status_code


async def test_a_package_is_not_for_strangers(stranger: httpx2.AsyncClient, packaged: str) -> None:
    assert 401 == (await stranger.get(f"/v1/videos/{packaged}/hls/master.m3u8")).status_code
