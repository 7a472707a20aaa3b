"""Compressing real films: smaller, as good as asked for, and left alone where nothing is to be gained."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import av
import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import CompressInput, CompressOutput
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.domain.work import PictureCodec
from kinolog.render.settings import RenderSettings

Compress = Callable[..., Awaitable[CompressOutput]]
QUICK = RenderSettings(compress_sample_seconds=0.4, compress_max_samples=3, compress_preset="superfast")


@pytest.fixture
def compress(workshop: Workshop) -> Compress:
    async def run(clip: Path, job: CompressInput) -> CompressOutput:
        size_bytes = clip.stat().st_size
        container = "matroska" if clip.suffix == ".mkv" else clip.suffix.removeprefix(".")
        video_id = await workshop.add_video(clip, size_bytes=size_bytes, duration=3.0, container=container)
        ctx = await workshop.begin("render", type="compress", input_data={}, video_id=video_id)
        output = await wiring.handlers(QUICK)["compress"](job, ctx)
        assert isinstance(output, CompressOutput)
        await workshop.commit(ctx)
        return output

    return run


@pytest.fixture(scope="session")
def generous_clip(media: Path) -> Path:
    """A film with far more bits than anybody sees."""
    return make_clip(media, "generous.mp4", seconds=3.0, options="-crf 4 -vf noise=alls=4:allf=t")


async def test_the_result_is_smaller_and_as_good_as_predicted(compress: Compress, generous_clip: Path) -> None:
    output = await compress(generous_clip, CompressInput(target_quality=90))
    assert output.is_smaller
    assert output.size_bytes < output.source_size_bytes / 2
    assert output.predicted_size_bytes == pytest.approx(output.size_bytes, rel=0.35)
    assert output.predicted_quality == pytest.approx(output.measured_quality, abs=4)


@pytest.mark.parametrize(("profile", "sound"), [("h264", "sine=d=6"), ("h264", "sine=d=0.2"), ("vp9", "anullsrc=d=6")])
async def test_the_size_of_the_sound_is_what_an_encoder_makes_of_it(
    compress: Compress, media: Path, profile: PictureCodec, sound: str
) -> None:
    """Next to a picture of few bytes; the nominal rate is 256 kbit a second."""
    film = f"{profile}-{sound.replace('=', '-')}.mkv"
    picture = "-f lavfi -i testsrc2=s=128x72:r=25:d=6"
    ffmpeg(*f"{picture} -f lavfi -i {sound} -c:v libx264 -crf 0 -c:a flac {film}".split(), folder=media)
    output = await compress(media / film, CompressInput(profile=profile, target_quality=40, sound_kbps=256))
    assert output.predicted_size_bytes == pytest.approx(output.size_bytes, rel=0.35)


async def test_every_frame_is_still_there(workshop: Workshop, compress: Compress, generous_clip: Path) -> None:
    output = await compress(generous_clip, CompressInput(target_quality=80))
    video = await workshop.video(output.video_id)
    with av.open(str(workshop.path_of(video.content))) as film:
        assert 75 == sum(1 for _ in film.decode(video=0))
    assert ("generous-compressed.mp4", "h264") == (video.filename.replace("film", "generous"), video.video_codec)


async def test_a_film_that_is_small_already_is_left_alone(workshop: Workshop, compress: Compress, media: Path) -> None:
    meagre = make_clip(media, "meagre.mp4", seconds=3.0, sound=False, options="-crf 45")
    output = await compress(meagre, CompressInput(target_quality=99))
    assert (False, output.source_size_bytes, None, 1) == (
        output.is_smaller,
        output.size_bytes,
        output.measured_quality,
        workshop.blob_count(),
    )
    assert "smaller" in output.because
    assert meagre.stat().st_size == (await workshop.video(output.video_id)).size_bytes


async def test_sound_alone_is_refused(compress: Compress, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=3", "sound.mp3", folder=media)
    with pytest.raises(PermanentError, match="sound alone"):
        await compress(media / "sound.mp3", CompressInput())
