"""The encoder as a process: cancelled, limited, and with sources that want to lead it elsewhere."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kinolog.common.errors import PermanentError, WorkError
from kinolog.common.jobs import TranscodeInput, TrimInput
from kinolog.common.testing import eventually
from kinolog.common.testing.clips import make_clip, truncated
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.domain.progress import EncodeProgress
from kinolog.render.domain.recipe import Recipe, Track
from kinolog.render.settings import RenderSettings

WHOLE = Recipe(container="mp4", picture=Track(stream=0, filters=("null",)), seconds=2.0, frame_count=50)


def processes_in(folder: Path) -> list[str]:
    """Processes whose working folder it is."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if Path(os.readlink(process / "cwd")).is_relative_to(folder):
                found.append((process / "cmdline").read_text())
    return found


async def test_a_cancelled_job_ends_ffmpeg_within_two_seconds_and_leaves_nothing(
    workshop: Workshop, media: Path
) -> None:
    clip = make_clip(media, "long.mp4", seconds=60)
    video_id = await workshop.add_video(clip, duration=60)
    ctx = await workshop.begin("render", type="transcode", input_data={}, video_id=video_id)
    slow = RenderSettings(encode_preset="placebo", encode_threads=1)
    job = asyncio.ensure_future(wiring.handlers(slow)["transcode"](TranscodeInput(), ctx))
    await eventually(lambda: "encode" in workshop.phases and processes_in(ctx.workdir), within=20)
    began = time.monotonic()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert time.monotonic() - began < 2
    assert ([], False, 1) == (
        processes_in(ctx.workdir),
        (ctx.workdir / "output.mp4").exists(),
        workshop.blob_count(),
    )


async def test_a_film_larger_than_allowed_is_refused_and_not_kept(numbered_clip: Path, tmp_path: Path) -> None:
    encoder = wiring.encoder(RenderSettings(encode_max_file_bytes=1_000))
    with pytest.raises(PermanentError) as refused:
        await encoder.encode(WHOLE, numbered_clip, tmp_path / "output.mp4", lambda progress: None)
    assert ("media_limits", False) == (refused.value.kind, (tmp_path / "output.mp4").exists())


async def test_an_encoder_that_stands_still_is_tried_again_later(numbered_clip: Path, tmp_path: Path) -> None:
    encoder = wiring.encoder(RenderSettings(encode_stall_seconds=0.001))
    with pytest.raises(WorkError) as refused:
        await encoder.encode(WHOLE, numbered_clip, tmp_path / "output.mp4", lambda progress: None)
    assert "encode_stalled" == refused.value.kind


async def test_an_encoder_that_is_alive_and_makes_nothing_is_stopped(numbered_clip: Path, tmp_path: Path) -> None:
    reports: list[EncodeProgress] = []
    encoder = wiring.encoder(RenderSettings(encode_stall_seconds=2))
    nothing = replace(WHOLE, picture=Track(stream=0, filters=("realtime=speed=0.1", r"select=lt(n\,1)")), sounds=())
    with pytest.raises(WorkError) as refused:
        await encoder.encode(nothing, numbered_clip, tmp_path / "output.mp4", reports.append)
    assert ("encode_stalled", True) == (refused.value.kind, bool(reports))


@contextmanager
def canary() -> Iterator[tuple[int, list[str]]]:
    """A port, and who has called there."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with suppress(OSError):
                while True:
                    server.accept()[0].close()
                    calls.append("called")

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], calls
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("container", ["hls", "concat", "sdp", "mp4"])
async def test_a_source_cannot_lead_ffmpeg_to_other_places(tmp_path: Path, container: str) -> None:
    with canary() as (port, calls):
        source = tmp_path / "source"
        source.write_text(f"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n")
        recipe = Recipe(container=container, picture=WHOLE.picture, seconds=1, frame_count=1)
        with pytest.raises(PermanentError):
            await wiring.encoder(RenderSettings()).encode(recipe, source, tmp_path / "o.mp4", lambda progress: None)
    assert [] == calls


async def test_a_source_named_like_an_address_is_a_file(numbered_clip: Path, tmp_path: Path) -> None:
    odd = tmp_path / "http:x'y%d.mp4"
    odd.symlink_to(numbered_clip)
    await wiring.encoder(RenderSettings()).encode(WHOLE, odd, tmp_path / "output.mp4", lambda progress: None)
    assert (tmp_path / "output.mp4").stat().st_size > 0


async def test_a_stored_film_that_lost_its_end_is_refused(workshop: Workshop, media: Path) -> None:
    clip = make_clip(media, "fast.mp4", seconds=4, options="-movflags +faststart")
    video_id = await workshop.add_video(truncated(clip, "cut.mp4", 0.5), duration=4)
    ctx = await workshop.begin("render", type="trim", input_data={}, video_id=video_id)
    with pytest.raises(PermanentError, match="can be read"):
        await wiring.handlers(RenderSettings())["trim"](TrimInput(start_time=0, end_time=4), ctx)


async def test_what_was_there_before_is_not_taken_for_the_result(numbered_clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "output.mp4"
    output.write_bytes(b"of an earlier run")
    await wiring.encoder(RenderSettings()).encode(WHOLE, numbered_clip, output, lambda progress: None)
    assert b"ftyp" == output.read_bytes()[4:8]
