"""Transcoding real films: codecs, sizes, frames, colours, and what a high dynamic range becomes."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import TranscodeInput, TranscodeOutput
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Transcode = Callable[..., Awaitable[TranscodeOutput]]
FAST = RenderSettings(encode_preset="ultrafast")
HDR = (
    "-vf format=yuv420p10le,setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv"
    " -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -tag:v hvc1 -x265-params log-level=error"
)


@pytest.fixture
def transcode(workshop: Workshop) -> Transcode:
    async def run(clip: Path, job: TranscodeInput, **video: Any) -> TranscodeOutput:
        video_id = await workshop.add_video(clip, **video)
        ctx = await workshop.begin("render", type="transcode", input_data={}, video_id=video_id)
        output = await wiring.handlers(FAST)["transcode"](job, ctx)
        assert isinstance(output, TranscodeOutput)
        await workshop.commit(ctx)
        return output

    return run


async def film_of(workshop: Workshop, output: TranscodeOutput) -> Path:
    return workshop.path_of((await workshop.video(output.video_id)).content)


def moments_of(file: Path) -> list[float]:
    with av.open(str(file)) as film:
        return [round(frame.time or 0.0, 3) for frame in film.decode(video=0)]


def colours_of(file: Path) -> tuple[str, int, int, int, int]:
    with av.open(str(file)) as film:
        frame = next(film.decode(video=0))
        told = (int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace), int(frame.color_range))
    return (frame.format.name, *told)


async def test_opus_takes_sound_that_has_its_back_channels_at_the_sides(
    workshop: Workshop, transcode: Transcode, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path, "film.mkv", seconds=0.5, options="-c:a ac3 -ac 6")
    output = await transcode(clip, TranscodeInput(profile="vp9"), container="matroska")
    with av.open(str(await film_of(workshop, output))) as film:
        assert "5.1" == film.streams.audio[0].layout.name


@pytest.mark.parametrize(
    ("profile", "sound", "media_type"),
    [
        ("h264", "aac", "video/mp4"),
        ("hevc", "aac", "video/mp4"),
        ("av1", "aac", "video/mp4"),
        ("vp9", "opus", "video/webm"),
    ],
)
async def test_every_profile_gives_its_codec_with_every_frame_in_its_time(
    workshop: Workshop, transcode: Transcode, blue_clip: Path, profile: str, sound: str, media_type: str
) -> None:
    job = TranscodeInput.model_validate({"profile": profile, "height": 90})
    output = await transcode(blue_clip, job)
    video = await workshop.video(output.video_id)
    assert (profile, sound, 160, 90, media_type) == (
        output.video_codec,
        output.audio_codec,
        output.width,
        output.height,
        video.content.media_type,
    )
    assert moments_of(blue_clip) == moments_of(await film_of(workshop, output))


async def test_the_result_tells_how_it_was_made(workshop: Workshop, transcode: Transcode, blue_clip: Path) -> None:
    output = await transcode(blue_clip, TranscodeInput(title="Smaller", height=90))
    video = await workshop.video(output.video_id)
    assert ("Smaller", "blue-h264.mp4", False) == (video.title, video.filename.replace("film", "blue"), video.is_clip)


async def test_a_frame_rate_is_made(transcode: Transcode, workshop: Workshop, blue_clip: Path) -> None:
    output = await transcode(blue_clip, TranscodeInput(frame_rate=10, height=90))
    assert [round(number / 10, 3) for number in range(20)] == moments_of(await film_of(workshop, output))


async def test_a_bitrate_is_kept(transcode: Transcode, workshop: Workshop, media: Path) -> None:
    noise = make_clip(media, "noise.mp4", picture="nullsrc", sound=False, options="-vf geq=random(1)*255:128:128")
    output = await transcode(noise, TranscodeInput(bitrate_kbps=400))
    assert 400_000 * 2 / 8 == pytest.approx(output.size_bytes, rel=0.5)


async def test_a_picture_too_large_to_be_read_again_is_refused_before_it_is_made(
    transcode: Transcode, blue_clip: Path
) -> None:
    with pytest.raises(PermanentError, match=r"^upscale: the picture would be 8192 × 4608 pixels"):
        await transcode(blue_clip, TranscodeInput(width=8192, upscale=True))


async def test_a_turned_film_stands_upright_in_square_pixels(
    transcode: Transcode, blue_clip: Path, media: Path
) -> None:
    ffmpeg("-display_rotation", "90", "-i", blue_clip.name, "-c", "copy", "turned.mp4", folder=media)
    output = await transcode(media / "turned.mp4", TranscodeInput(height=160))
    assert (90, 160) == (output.width, output.height)


async def test_wide_pixels_become_square(transcode: Transcode, media: Path) -> None:
    wide = make_clip(media, "wide.mp4", seconds=0.5, picture="color=c=red", options="-vf setsar=4/3")
    output = await transcode(wide, TranscodeInput(), duration=0.5)
    assert (428, 180) == (output.width, output.height)


async def test_colours_nobody_told_are_told_from_then_on(transcode: Transcode, workshop: Workshop, media: Path) -> None:
    clip = make_clip(media, "hd.mp4", seconds=0.2, picture="color=c=red", options="-s 1280x720")
    output = await transcode(clip, TranscodeInput(height=90), duration=0.2)
    assert ("yuv420p", 1, 1, 1) == colours_of(await film_of(workshop, output))[:4]


async def test_the_full_range_stays_full(transcode: Transcode, workshop: Workshop, media: Path) -> None:
    full = "-vf scale=out_range=pc,format=yuvj420p -pix_fmt yuvj420p"
    clip = make_clip(media, "full.mp4", seconds=0.2, picture="color=c=red", options=full)
    output = await transcode(clip, TranscodeInput(height=90), duration=0.2)
    assert 2 == colours_of(await film_of(workshop, output))[4]


@pytest.mark.parametrize(
    ("profile", "expected"), [("hevc", ("yuv420p10le", 9, 16, 9, 1)), ("h264", ("yuv420p", 1, 1, 1, 1))]
)
async def test_a_high_dynamic_range_is_kept_or_mapped(
    transcode: Transcode, workshop: Workshop, media: Path, profile: str, expected: tuple[str, int, int, int, int]
) -> None:
    clip = make_clip(media, "hdr.mp4", seconds=0.2, options=HDR)
    output = await transcode(clip, TranscodeInput.model_validate({"profile": profile}), duration=0.2)
    assert (expected, profile == "hevc") == (colours_of(await film_of(workshop, output)), output.is_hdr)


async def test_sound_alone_is_transcoded_as_well(transcode: Transcode, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "tone.mp3", folder=media)
    output = await transcode(media / "tone.mp3", TranscodeInput(sound="opus", sound_kbps=64), duration=1.0)
    assert (None, "opus") == (output.video_codec, output.audio_codec)
