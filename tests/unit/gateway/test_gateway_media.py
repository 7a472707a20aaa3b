"""Bytes over HTTP: whole files, parts of files, thumbnails, captions."""

import httpx2
import pytest

from kinolog.common.aggregates import CAPTION, VIDEO
from kinolog.common.aggregates.base import unborn
from kinolog.common.blobs import BlobStore
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.events.video import VideoDeleted, VideoThumbnailMade
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.subtitles import Cue, cues_to_json
from kinolog.common.testing.examples import ORIGIN, registered
from kinolog.gateway.byte_range import parse_range
from kinolog.gateway.filename import LONGEST_BYTES, clean_filename, content_disposition
from kinolog.gateway.problems import Problem

FILM = bytes(range(100))


async def stored_film(log: MemoryLog, blobs: BlobStore, media_type: str = "video/mp4") -> str:
    blob = await blobs.put_bytes(FILM, media_type)
    return await registered(log, content=blob, filename='Ein "schöner"\r\nFilm.mp4')


async def test_a_video_is_served_whole(caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore) -> None:
    answer = await caller.get(f"/v1/videos/{await stored_film(log, blobs)}/content")
    assert (200, FILM, "video/mp4", "bytes", "100") == (
        answer.status_code,
        answer.content,
        answer.headers["content-type"],
        answer.headers["accept-ranges"],
        answer.headers["content-length"],
    )


async def test_a_served_file_can_do_no_harm(caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore) -> None:
    headers = (await caller.get(f"/v1/videos/{await stored_film(log, blobs, 'text/html')}/content")).headers
    assert ("application/octet-stream", "nosniff", "default-src 'none'; sandbox") == (
        headers["content-type"],
        headers["x-content-type-options"],
        headers["content-security-policy"],
    )
    assert (
        "inline; filename=\"Ein sch_nerFilm.mp4\"; filename*=UTF-8''Ein%20sch%C3%B6nerFilm.mp4"
        == (headers["content-disposition"])
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("bytes=0-9", FILM[:10]), ("bytes=90-", FILM[90:]), ("bytes=-5", FILM[-5:]), ("bytes=95-500", FILM[95:])],
)
async def test_a_part_is_served(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore, wanted: str, expected: bytes
) -> None:
    path = f"/v1/videos/{await stored_film(log, blobs)}/content"
    answer = await caller.get(path, headers={"Range": wanted})
    start = FILM.index(expected)
    assert (206, expected, f"bytes {start}-{start + len(expected) - 1}/100") == (
        answer.status_code,
        answer.content,
        answer.headers["content-range"],
    )


@pytest.mark.parametrize(
    "wanted", ["bytes=100-", "bytes=500-600", "bytes=-0", "bytes=9-2", "bytes=x", "bytes=", "lines=1-2", "bytes=1-2-3"]
)
async def test_a_part_that_is_not_there_is_refused(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore, wanted: str
) -> None:
    path = f"/v1/videos/{await stored_film(log, blobs)}/content"
    answer = await caller.get(path, headers={"Range": wanted})
    assert (416, "range-invalid", "bytes */100") == (
        answer.status_code,
        answer.json()["type"],
        answer.headers["content-range"],
    )


async def test_several_parts_at_once_are_answered_with_the_whole(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore
) -> None:
    path = f"/v1/videos/{await stored_film(log, blobs)}/content"
    answer = await caller.get(path, headers={"Range": "bytes=0-1,5-6"})
    assert (200, FILM) == (answer.status_code, answer.content)


async def test_a_part_of_another_file_is_answered_with_the_whole(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore
) -> None:
    path = f"/v1/videos/{await stored_film(log, blobs)}/content"
    answer = await caller.get(path, headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert 200 == answer.status_code


async def test_what_the_caller_has_is_not_sent_again(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore
) -> None:
    path = f"/v1/videos/{await stored_film(log, blobs)}/content"
    known = (await caller.head(path)).headers
    answer = await caller.get(path, headers={"If-None-Match": known["etag"]})
    assert (304, b"") == (answer.status_code, answer.content)
    assert "private, no-cache" == known["cache-control"]  # The video may get another file.


async def test_head_tells_the_size_without_the_bytes(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore
) -> None:
    answer = await caller.head(f"/v1/videos/{await stored_film(log, blobs)}/content")
    assert (200, "100", b"") == (answer.status_code, answer.headers["content-length"], answer.content)


async def test_a_download_is_offered_for_saving(caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore) -> None:
    path = f"/v1/videos/{await stored_film(log, blobs)}/content?download=true"
    assert (await caller.get(path)).headers["content-disposition"].startswith("attachment;")


async def test_a_deleted_videos_bytes_are_gone(caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore) -> None:
    video_id = await stored_film(log, blobs)
    await log.append((await load(log, VIDEO, video_id)).changes(VideoDeleted()), ORIGIN)
    assert 404 == (await caller.get(f"/v1/videos/{video_id}/content")).status_code


async def test_a_video_whose_blob_is_lost_is_not_found(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    assert 404 == (await caller.get(f"/v1/videos/{await registered(log)}/content")).status_code


async def test_a_thumbnail_is_served(caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore) -> None:
    video_id = await registered(log)
    picture = await blobs.put_bytes(b"jpeg", "image/jpeg")
    made = VideoThumbnailMade(content=picture, width=1, height=1, at=0.0)
    await log.append((await load(log, VIDEO, video_id)).changes(made), ORIGIN)
    answer = await caller.get(f"/v1/videos/{video_id}/thumbnail")
    assert (200, b"jpeg", "image/jpeg") == (answer.status_code, answer.content, answer.headers["content-type"])


async def test_a_video_without_a_thumbnail_says_so(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answer = await caller.get(f"/v1/videos/{await registered(log)}/thumbnail")
    assert (404, "not-found") == (answer.status_code, answer.json()["type"])


@pytest.mark.parametrize(
    ("subtitle_format", "media_type", "beginning"),
    [
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,000 --> 00:00:01,000\nHello"),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT"),
        ("ass", "text/x-ssa; charset=utf-8", "[Script Info]"),
        ("json", "application/json", "{"),
    ],
)
async def test_a_caption_is_written_in_every_format(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore, subtitle_format: str, media_type: str, beginning: str
) -> None:
    cues = await blobs.put_bytes(cues_to_json((Cue(start=0.0, end=1.0, text="Hello"),)))
    caption = CaptionCreated(
        video_id=await registered(log),
        project_id="p",
        filename="film.srt",
        language="en",
        cues=cues,
        cue_count=1,
        style={},
    )
    caption_id = new_id("cap")
    await log.append(unborn(CAPTION, caption_id).changes(caption), ORIGIN)
    answer = await caller.get(f"/v1/captions/{caption_id}/content?format={subtitle_format}")
    assert media_type == answer.headers["content-type"]
    assert answer.text.replace("\r\n", "\n").startswith(beginning)
    assert f'filename="film.{subtitle_format}"' in answer.headers["content-disposition"]


def test_no_range_means_the_whole_file() -> None:
    assert parse_range(None, 10) is None


def test_no_part_of_an_empty_file_can_be_served() -> None:
    with pytest.raises(Problem):
        parse_range("bytes=0-0", 0)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../x.mp4", "x.mp4"),
        ("/etc/x", "x"),
        ("C:\\films\\x.mp4", "x.mp4"),
        ("a\r\nSet-Cookie: b=1", "aSet-Cookie b=1"),
        (".htaccess", "htaccess"),
        ("-i.mp4", "i.mp4"),
        ("..", "video"),
        ("", "video"),
        (None, "video"),
        ("evil\u202e4pm.exe", "evil4pm.exe"),
        ("schön 🎬.mp4", "schön 🎬.mp4"),
        ("a\x00b.mp4", "ab.mp4"),
    ],
)
def test_a_hostile_file_name_is_made_harmless(sent: str | None, shown: str) -> None:
    assert shown == clean_filename(sent)


def test_an_endless_file_name_keeps_its_extension() -> None:
    name = clean_filename("ö" * 300 + ".mp4")
    assert name.endswith("ö.mp4")
    assert LONGEST_BYTES >= len(name.encode())


def test_a_file_name_cannot_leave_its_header() -> None:
    header = content_disposition("inline", 'x";\r\nSet-Cookie: a=b;%0d.mp4')
    assert not set("\r\n") & set(header)
    assert (
        "inline; filename=\"x_Set-Cookie a=b__0d.mp4\"; filename*=UTF-8''x%3BSet-Cookie%20a%3Db%3B%250d.mp4" == header
    )
