"""Uploads on real files: what becomes a video, with which facts, and what is refused, saying why."""

import io
from pathlib import Path
from typing import Protocol

import pytest
from PIL import Image, ImageStat

from kinolog.common.errors import PermanentError
from kinolog.common.events import BlobRef
from kinolog.common.jobs import UploadInput, UploadOutput
from kinolog.common.testing.clips import ffmpeg, make_clip, truncated
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.context import JobContext
from kinolog.ingest import wiring
from kinolog.ingest.settings import IngestSettings


class Upload(Protocol):
    async def __call__(self, file: Path, settings: IngestSettings | None = None) -> tuple[UploadOutput, JobContext]: ...


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="session")
def clip(media: Path) -> Path:
    return make_clip(media, "clip.mp4")


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def upload(workshop: Workshop) -> Upload:
    async def run(file: Path, settings: IngestSettings | None = None) -> tuple[UploadOutput, JobContext]:
        blob = await workshop.blobs.put_file(file, "text/html")
        job = UploadInput(filename="../film.mp4", title="A film", size_bytes=blob.size_bytes, content=blob)
        ctx = await workshop.begin("ingest", type="upload", queue="ingest", input_data=job.model_dump(mode="json"))
        output = await wiring.handlers(settings or IngestSettings())["upload"](job, ctx)
        assert isinstance(output, UploadOutput)
        await workshop.commit(ctx)
        return output, ctx

    return run


async def test_an_uploaded_clip_becomes_a_video(upload: Upload, workshop: Workshop, clip: Path) -> None:
    output, ctx = await upload(clip)
    video = await workshop.video(output.video_id)
    facts = video.model_dump(include={"title", "width", "height", "frame_rate", "video_codec", "audio_codec", "job_id"})
    assert {
        "title": "A film",
        "width": 320,
        "height": 180,
        "frame_rate": 25.0,
        "video_codec": "h264",
        "audio_codec": "aac",
        "job_id": ctx.job.id,
    } == facts


async def test_the_duration_is_what_can_be_played(upload: Upload, workshop: Workshop, clip: Path) -> None:
    output, _ = await upload(clip)
    assert pytest.approx(2.0, abs=0.03) == (await workshop.video(output.video_id)).duration


async def test_the_media_type_is_that_of_the_content_whatever_the_uploader_claimed(
    upload: Upload, workshop: Workshop, clip: Path
) -> None:
    output, _ = await upload(clip)
    assert "video/mp4" == (await workshop.video(output.video_id)).content.media_type


async def test_progress_names_its_phases(upload: Upload, workshop: Workshop, clip: Path) -> None:
    await upload(clip)
    assert ["verify", "probe", "poster"] == workshop.phases


async def test_the_poster_is_not_one_of_the_black_frames(upload: Upload, workshop: Workshop, media: Path) -> None:
    make_clip(media, "fade.mp4", seconds=4, options="-vf fade=out:st=1:d=1:color=black")
    output, _ = await upload(media / "fade.mp4")
    assert ImageStat.Stat((await poster_of(workshop, output)).convert("L")).mean[0] > 60


async def test_a_turned_video_is_described_and_pictured_as_it_is_shown(
    upload: Upload, workshop: Workshop, clip: Path
) -> None:
    ffmpeg("-display_rotation", "90", "-i", clip.name, "-c", "copy", "turned.mp4", folder=clip.parent)
    output, _ = await upload(clip.with_name("turned.mp4"))
    video, poster = await workshop.video(output.video_id), await poster_of(workshop, output)
    assert ((180, 320), 270, (180, 320)) == ((video.width, video.height), video.rotation, poster.size)


async def test_a_large_picture_has_a_small_poster(upload: Upload, workshop: Workshop, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1280x720:d=0.2", "-c:v", "libx264", "large.mp4", folder=media)
    output, _ = await upload(media / "large.mp4")
    assert (640, 360) == (await poster_of(workshop, output)).size


async def test_sound_alone_is_a_video_without_a_picture(upload: Upload, workshop: Workshop, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "sound.mp3", folder=media)
    output, _ = await upload(media / "sound.mp3")
    video = await workshop.video(output.video_id)
    assert ("mp3", None, None, None) == (video.audio_codec, video.video_codec, video.width, video.thumbnail)


@pytest.mark.parametrize("name", ["clip.mkv", "clip.ts", "clip.mov", "clip.avi", "clip.flv"])
async def test_other_common_containers_are_taken(upload: Upload, workshop: Workshop, clip: Path, name: str) -> None:
    ffmpeg("-i", clip.name, "-c", "copy", name, folder=clip.parent)
    output, _ = await upload(clip.with_name(name))
    assert pytest.approx(2.0, abs=0.1) == (await workshop.video(output.video_id)).duration


async def test_webm_is_known_as_webm(upload: Upload, workshop: Workshop, clip: Path) -> None:
    codecs = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"
    ffmpeg("-i", clip.name, *codecs.split(), "clip.webm", folder=clip.parent)
    output, _ = await upload(clip.with_name("clip.webm"))
    assert "video/webm" == (await workshop.video(output.video_id)).content.media_type


@pytest.mark.parametrize(
    "content",
    [
        "hello, this is no film\n" * 500,
        "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile clip.mp4\n",
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "<html><script>alert(1)</script></html>",
        "%PDF-1.4\n",
    ],
    ids=["text", "playlist", "concat", "svg", "sdp", "html", "pdf"],
)
async def test_what_is_no_media_is_refused(upload: Upload, tmp_path: Path, content: str) -> None:
    (tmp_path / "film.mp4").write_text(content)
    with pytest.raises(PermanentError, match="not a video or audio file") as refused:
        await upload(tmp_path / "film.mp4")
    assert "media_unsupported" == refused.value.kind


async def test_a_picture_is_no_film(upload: Upload, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "film.png")
    with pytest.raises(PermanentError) as refused:
        await upload(tmp_path / "film.png")
    assert "media_unsupported" == refused.value.kind


async def test_an_empty_file_is_refused(upload: Upload, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(PermanentError, match="empty") as refused:
        await upload(tmp_path / "empty.mp4")
    assert "media_corrupt" == refused.value.kind


async def test_a_film_cut_off_in_the_middle_is_refused_saying_how_much_is_left(upload: Upload, clip: Path) -> None:
    ffmpeg("-i", clip.name, "-c", "copy", "-movflags", "+faststart", "fast.mp4", folder=clip.parent)
    with pytest.raises(PermanentError, match=r"Only \d\.\d s of the 2\.0 s") as refused:
        await upload(truncated(clip.with_name("fast.mp4"), "half.mp4", 0.5))
    assert "media_corrupt" == refused.value.kind


async def test_a_film_without_its_index_is_refused(upload: Upload, clip: Path) -> None:
    with pytest.raises(PermanentError, match="no readable index") as refused:
        await upload(truncated(clip, "headless.mp4", 0.5))
    assert "media_corrupt" == refused.value.kind


async def test_a_picture_of_too_many_pixels_is_refused(upload: Upload, clip: Path) -> None:
    small = IngestSettings(media_max_pixels=100 * 100)
    with pytest.raises(PermanentError, match="320×180 pixels; at most 10000") as refused:
        await upload(clip, small)
    assert "media_limits" == refused.value.kind


async def test_a_crowd_of_streams_is_refused(upload: Upload, clip: Path) -> None:
    ffmpeg("-i", clip.name, *("-map", "0:a") * 20, "-c", "copy", "crowd.mp4", folder=clip.parent)
    with pytest.raises(PermanentError, match="20 pictures and sounds; at most 16") as refused:
        await upload(clip.with_name("crowd.mp4"))
    assert "media_limits" == refused.value.kind


async def test_a_file_that_takes_too_much_work_is_refused(upload: Upload, clip: Path) -> None:
    with pytest.raises(PermanentError, match="more work to examine than is allowed") as refused:
        await upload(clip, IngestSettings(inspect_timeout_seconds=0.05))
    assert "media_limits" == refused.value.kind


async def test_a_file_that_takes_too_much_memory_is_refused(upload: Upload, clip: Path) -> None:
    with pytest.raises(PermanentError) as refused:
        await upload(clip, IngestSettings(inspect_memory_bytes=150_000_000))
    # libav's threads cannot always tell a lack of memory from damage.
    assert refused.value.kind in ("media_limits", "media_corrupt")


async def test_bytes_other_than_those_uploaded_are_refused(workshop: Workshop, clip: Path) -> None:
    blob = await workshop.blobs.put_file(clip)
    stored = workshop.path_of(blob)
    stored.write_bytes(stored.read_bytes()[:-1] + b"x")
    job = UploadInput(filename="film.mp4", title="A film", size_bytes=blob.size_bytes, content=blob)
    ctx = await workshop.begin("ingest", type="upload", queue="ingest", input_data=job.model_dump(mode="json"))
    with pytest.raises(PermanentError, match="not the ones that were uploaded"):
        await wiring.handlers(IngestSettings())["upload"](job, ctx)


async def test_bytes_that_are_gone_are_a_clear_refusal(workshop: Workshop) -> None:
    gone = BlobRef(sha256="0" * 64, size_bytes=10)
    job = UploadInput(filename="film.mp4", title="A film", size_bytes=10, content=gone)
    ctx = await workshop.begin("ingest", type="upload", queue="ingest", input_data=job.model_dump(mode="json"))
    with pytest.raises(PermanentError, match="no longer stored"):
        await wiring.handlers(IngestSettings())["upload"](job, ctx)


async def test_a_refused_upload_makes_nothing(upload: Upload, workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("no film")
    with pytest.raises(PermanentError):
        await upload(tmp_path / "film.mp4")
    assert 1 == workshop.blob_count()


async def poster_of(workshop: Workshop, output: UploadOutput) -> Image.Image:
    thumbnail = (await workshop.video(output.video_id)).thumbnail
    assert thumbnail is not None
    return Image.open(io.BytesIO(await workshop.blobs.read(thumbnail)))
