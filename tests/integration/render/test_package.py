"""Packaging real films: whole in every quality, cut at the same moments, and readable by a player."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import av
import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.events.video import VideoReplaced
from kinolog.common.jobs import PackageInput, PackageOutput
from kinolog.common.log import load
from kinolog.common.packages import PackageManifest, manifest_from_json
from kinolog.common.subtitles import Cue
from kinolog.common.testing import eventually
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.examples import ORIGIN
from kinolog.common.testing.witness import decoded_frames
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.domain.playlist import segments_of
from kinolog.render.settings import RenderSettings

Package = Callable[[str, PackageInput], Awaitable[PackageOutput]]
SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "hello.mp4"
# Quick, but not without frames that refer to later ones.
FAST = RenderSettings(encode_preset="superfast")
SMALL = PackageInput(heights=(180, 90), segment_seconds=1)


@pytest.fixture
def package(workshop: Workshop) -> Package:
    async def run(video_id: str, job: PackageInput) -> PackageOutput:
        ctx = await workshop.begin("render", type="package", input_data={}, video_id=video_id)
        output = await wiring.handlers(FAST)["package"](job, ctx)
        assert isinstance(output, PackageOutput)
        await workshop.commit(ctx)
        return output

    return run


@pytest.fixture(scope="session")
def long_clip(media: Path) -> Path:
    return make_clip(media, "long.mp4", seconds=3.4)


async def manifest_of(workshop: Workshop, video_id: str) -> PackageManifest:
    package = (await workshop.video(video_id)).package
    assert package is not None
    return manifest_from_json(await workshop.blobs.read(package))


async def laid_out(workshop: Workshop, video_id: str, folder: Path) -> Path:
    """The files of a package under their names, as the gateway shows them; the playlist to play."""
    for name, blob in (await manifest_of(workshop, video_id)).files.items():
        (folder / name).symlink_to(workshop.path_of(blob))
    return folder / "master.m3u8"


@pytest.mark.parametrize(("segments", "kind"), [("fmp4", "mp4"), ("ts", "ts")])
async def test_a_player_finds_every_frame_in_every_quality(
    workshop: Workshop, package: Package, long_clip: Path, tmp_path: Path, segments: str, kind: str
) -> None:
    video_id = await workshop.add_video(long_clip, duration=3.4)
    await package(video_id, SMALL.model_copy(update={"segments": segments}))
    with av.open(str(await laid_out(workshop, video_id, tmp_path)), options={"allowed_extensions": "ALL"}) as film:
        sizes = {(stream.width, stream.height): stream for stream in film.streams.video}
        counts = {size: 0 for size in sizes}
        for frame in film.decode(*film.streams.video):
            counts[frame.width, frame.height] += 1
    assert {(320, 180): 85, (160, 90): 85} == counts


async def test_all_qualities_are_cut_at_the_same_moments(workshop: Workshop, package: Package, long_clip: Path) -> None:
    video_id = await workshop.add_video(long_clip, duration=3.4)
    await package(video_id, SMALL)
    files = (await manifest_of(workshop, video_id)).files
    playlists = [(await workshop.blobs.read(files[name])).decode() for name in ("v180.m3u8", "v90.m3u8")]
    lengths = [[segment.seconds for segment in segments_of(playlist)] for playlist in playlists]
    assert [[1.0, 1.0, 1.0, 0.4]] * 2 == [pytest.approx(each, abs=0.05) for each in lengths]


async def test_the_output_tells_the_qualities_and_where_to_play_them(
    workshop: Workshop, package: Package, long_clip: Path
) -> None:
    video_id = await workshop.add_video(long_clip, duration=3.4)
    output = await package(video_id, SMALL)
    manifest = await manifest_of(workshop, video_id)
    assert (f"/v1/videos/{video_id}/hls/master.m3u8", [(320, 180), (160, 90)], manifest.size_bytes) == (
        output.playlist,
        [(variant.width, variant.height) for variant in output.variants],
        output.size_bytes,
    )
    assert all(variant.codecs.startswith("avc1.") and "mp4a.40.2" in variant.codecs for variant in output.variants)


async def test_all_qualities_of_a_variable_rate_tell_that_of_its_busiest_second(
    workshop: Workshop, package: Package, zoo: Zoo
) -> None:
    film = zoo.film("variable_rate")
    video_id = await workshop.add_video(film, duration=SPECIMENS["variable_rate"].seconds)
    await package(video_id, SMALL.model_copy(update={"segments": "ts"}))
    master = await workshop.blobs.read((await manifest_of(workshop, video_id)).files["master.m3u8"])
    moments = [frame.at for frame in decoded_frames(film)]
    busiest = max(sum(start - 1e-6 < at < start + 1 - 1e-6 for at in moments) for start in moments)
    assert [f"{busiest:.3f}"] * 2 == re.findall(r"FRAME-RATE=([\d.]+)", master.decode())


async def test_captions_become_tracks(workshop: Workshop, package: Package, blue_clip: Path) -> None:
    video_id = await workshop.add_video(blue_clip)
    caption_id = await workshop.add_caption(video_id, Cue(start=0, end=1, text="Hello <b>"))
    await package(video_id, PackageInput(heights=(90,), caption_ids=(caption_id,)))
    files = (await manifest_of(workshop, video_id)).files
    text = next(blob for name, blob in files.items() if name.endswith(".vtt"))
    assert ("text/vtt; charset=utf-8", True, True) == (
        text.media_type,
        b"Hello &lt;b&gt;" in await workshop.blobs.read(text),
        b'LANGUAGE="en"' in await workshop.blobs.read(files["master.m3u8"]),
    )


async def test_a_caption_of_another_video_is_refused(workshop: Workshop, package: Package, blue_clip: Path) -> None:
    caption_id = await workshop.add_caption(await workshop.add_video(blue_clip), Cue(start=0, end=1, text="Hi"))
    with pytest.raises(PermanentError, match=r"caption_ids: .* belongs to another video"):
        await package(await workshop.add_video(blue_clip), PackageInput(caption_ids=(caption_id,)))


async def test_sound_alone_is_not_packaged(workshop: Workshop, package: Package, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "alone.mp3", folder=media)
    with pytest.raises(PermanentError, match="sound alone"):
        await package(await workshop.add_video(media / "alone.mp3"), SMALL)


async def test_what_was_made_of_a_file_that_is_gone_meanwhile_is_not_kept(
    workshop: Workshop, long_clip: Path, blue_clip: Path
) -> None:
    video_id = await workshop.add_video(long_clip, duration=3.4)
    ctx = await workshop.begin("render", type="package", input_data={}, video_id=video_id)
    job = asyncio.ensure_future(wiring.handlers(FAST)["package"](SMALL, ctx))
    await eventually(lambda: "check" in workshop.phases, within=60)
    other = await workshop.blobs.put_file(blue_clip, "video/mp4")
    replaced = VideoReplaced(content=other, duration=2.0, size_bytes=other.size_bytes, container="mp4")
    await workshop.log.append((await load(workshop.log, VIDEO, video_id)).changes(replaced), ORIGIN)
    with pytest.raises(PassingError, match="another file"):
        await job


async def test_a_transport_stream_is_read_from_its_first_key_frame(workshop: Workshop, package: Package) -> None:
    """Its sound begins a little earlier than its picture, and a second key frame is far."""
    video_id = await workshop.add_video(SAMPLE, duration=11.7)
    output = await package(video_id, PackageInput(heights=(360,), segments="ts", segment_seconds=2))
    assert 1 == len(output.variants)
