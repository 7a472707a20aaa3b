"""Streams that a local server offers in segments: what becomes one file, and what is not taken."""

import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from harness.pages import Pages, page, player
from harness.site_visitor import Visitor
from harness.web_server import web_server

from kinolog.common.errors import PermanentError
from kinolog.common.testing.workshop import Workshop

SOUND = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="A",DEFAULT=YES,URI="sound.m3u8"\n'
MASTER = '#EXTM3U\n{media}#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=320x240,CODECS="{codecs}"{group}\n{uri}\n'


@pytest.fixture
def visit(workshop: Workshop) -> Visitor:
    return Visitor(workshop)


@pytest.fixture(scope="session")
def stream(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Four seconds as a stream with both, as one of pictures alone, and as one of sound alone, in segments of one."""
    folder = tmp_path_factory.mktemp("stream")
    for name, left_out in (("both", ()), ("pictures", ("-an",)), ("sound", ("-vn",))):
        _segment(folder, name, *left_out)
    files: dict[str, Any] = {f"/{file.name}": file.read_bytes() for file in folder.iterdir()}
    return files


def _segment(folder: Path, name: str, *left_out: str) -> None:
    made = ["testsrc=size=320x240:rate=25:duration=4", "sine=frequency=440:duration=4"]
    inputs = [word for each in made for word in ("-f", "lavfi", "-i", each)]
    coded = ["-pix_fmt", "yuv420p", "-g", "25", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    cut = ["-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod", "-hls_segment_filename", f"{name}%d.ts"]
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-v", "error", *inputs, *coded, *left_out, *cut, f"{name}.m3u8"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)


def master(*, uri: str = "both.m3u8", media: str = "", group: str = "", codecs: str = "avc1.42c01e,mp4a.40.2") -> str:
    return MASTER.format(uri=uri, media=media, group=group, codecs=codecs)


async def test_a_stream_in_segments_becomes_one_whole_film(
    visit: Visitor, workshop: Workshop, stream: dict[str, Any]
) -> None:
    async with web_server(Pages({**stream, "/master.m3u8": master()})) as server:
        output = await visit(f"{server.url}/master.m3u8")
    video = await workshop.video(output.video_id)
    assert ("mp4", "h264", "aac", 320) == (video.container, video.video_codec, video.audio_codec, video.width)
    assert abs(video.duration - 4.0) < 0.2
    assert ["look", "download", "merge", "verify", "probe", "store", "poster"] == workshop.phases
    assert [] == visit.kept


async def test_pictures_and_sound_that_come_apart_are_joined(
    visit: Visitor, workshop: Workshop, stream: dict[str, Any]
) -> None:
    apart = master(uri="pictures.m3u8", media=SOUND, group=',AUDIO="a"', codecs="avc1.42c01e,mp4a.40.2")
    async with web_server(Pages({**stream, "/master.m3u8": apart})) as server:
        output = await visit(f"{server.url}/master.m3u8")
    video = await workshop.video(output.video_id)
    assert ("mp4", "h264", "aac") == (video.container, video.video_codec, video.audio_codec)
    assert abs(video.duration - 4.0) < 0.2


async def test_sound_alone_is_taken_where_that_is_asked_for(
    visit: Visitor, workshop: Workshop, stream: dict[str, Any]
) -> None:
    async with web_server(Pages({**stream, "/master.m3u8": master()})) as server:
        output = await visit(f"{server.url}/master.m3u8", media="audio")
    video = await workshop.video(output.video_id)
    assert (None, "aac") == (video.video_codec, video.audio_codec)


async def refusal(visit: Visitor, pages: Pages, path: str, **choices: Any) -> str:
    async with web_server(pages) as server:
        with pytest.raises(PermanentError) as refused:
            await visit(f"{server.url}{path}", **choices)
    assert [] == visit.kept
    return refused.value.kind


async def test_a_live_stream_is_refused(visit: Visitor, stream: dict[str, Any]) -> None:
    live = stream["/both.m3u8"].decode().replace("#EXT-X-ENDLIST", "").replace("#EXT-X-PLAYLIST-TYPE:VOD\n", "")
    assert "source_live" == await refusal(visit, Pages({**stream, "/live.m3u8": live}), "/live.m3u8")


async def test_a_protected_stream_is_refused(visit: Visitor, stream: dict[str, Any]) -> None:
    key = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key",KEYFORMAT="com.apple.streamingkeydelivery"\n#EXTINF'
    protected = stream["/both.m3u8"].decode().replace("#EXTINF", key, 1)
    pages = Pages({**stream, "/master.m3u8": master(uri="protected.m3u8"), "/protected.m3u8": protected})
    assert "source_protected" == await refusal(visit, pages, "/master.m3u8")


async def test_a_height_that_the_site_does_not_have_is_told(visit: Visitor, stream: dict[str, Any]) -> None:
    pages = Pages({**stream, "/master.m3u8": master()})
    assert "source_unsupported" == await refusal(visit, pages, "/master.m3u8", max_height=144)


async def test_a_stream_with_a_segment_missing_is_no_film(visit: Visitor, stream: dict[str, Any]) -> None:
    pages = Pages({**stream, "/master.m3u8": master()})
    del pages.at["/both2.ts"]
    assert "source_unavailable" == await refusal(visit, pages, "/master.m3u8")


async def test_a_stream_that_grows_too_large_is_stopped(visit: Visitor, stream: dict[str, Any]) -> None:
    visit.settings["ingest_max_download_bytes"] = 60_000
    pages = Pages({**stream, "/master.m3u8": master()})
    assert "media_limits" == await refusal(visit, pages, "/master.m3u8")


async def test_a_list_that_pretends_to_be_a_film_opens_nothing(visit: Visitor, stream: dict[str, Any]) -> None:
    trap = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    pages = Pages({"/watch": page(player("/film.mp4")), "/film.mp4": trap.encode()})
    assert "media_unsupported" == await refusal(visit, pages, "/watch")
