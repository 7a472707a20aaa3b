"""Normalizing the sound of real films: measured on what came out, with every frame of the picture as it was."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.events.rendering import Rendering
from kinolog.common.events.video import VideoRegistered
from kinolog.common.jobs import NormalizeAudioInput, NormalizeAudioOutput
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Normalize = Callable[..., Awaitable[NormalizeAudioOutput]]
NOISE = ("-f", "lavfi", "-i", "anoisesrc=c=pink:a=0.05:d=4:r=48000:seed=1")
PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=4")
BURSTS = "volume='if(lt(mod(t,2),0.05),3,1)':eval=frame"


@pytest.fixture
def normalize(workshop: Workshop) -> Normalize:
    async def run(clip: Path, **asked: Any) -> NormalizeAudioOutput:
        video_id = await workshop.add_video(
            clip, container={".webm": "matroska", ".avi": "avi"}.get(clip.suffix, "mp4")
        )
        ctx = await workshop.begin("render", type="normalize_audio", input_data={}, video_id=video_id)
        handler = wiring.handlers(RenderSettings(encode_preset="ultrafast"))["normalize_audio"]
        output = await handler(NormalizeAudioInput.model_validate(asked), ctx)
        assert isinstance(output, NormalizeAudioOutput)
        await workshop.commit(ctx)
        return output

    return run


def film_with(media: Path, name: str, *options: str) -> Path:
    ffmpeg(*PICTURE, *NOISE, *options, "-pix_fmt", "yuv420p", name, folder=media)
    return media / name


def packets_of(film: Path) -> list[bytes]:
    with av.open(str(film)) as opened:
        return [bytes(packet) for packet in opened.demux(video=0) if packet.size]


async def film_of(workshop: Workshop, output: NormalizeAudioOutput) -> Path:
    return workshop.path_of((await workshop.video(output.video_id)).content)


async def rendering_of(workshop: Workshop, video_id: str) -> Rendering:
    first = (await workshop.log.read("video", video_id))[0].event
    assert isinstance(first, VideoRegistered)
    assert first.rendering is not None
    return first.rendering


@pytest.fixture(scope="session")
def quiet_film(media: Path) -> Path:
    return film_with(media, "quiet.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2")


@pytest.mark.parametrize("target", [-16.0, -23.0])
async def test_the_result_is_as_loud_as_asked_for(normalize: Normalize, quiet_film: Path, target: float) -> None:
    output = await normalize(quiet_film, target_lufs=target)
    assert target == pytest.approx(output.after.integrated_lufs, abs=0.5)
    assert ("linear", True, True) == (output.method, output.is_target_reached, output.is_picture_copied)
    assert output.after.true_peak_db <= -1.0


async def test_the_picture_stays_as_it_is(workshop: Workshop, normalize: Normalize, quiet_film: Path) -> None:
    output = await normalize(quiet_film)
    assert packets_of(quiet_film) == packets_of(await film_of(workshop, output))
    rendering = await rendering_of(workshop, output.video_id)
    assert ("copy", output.because) == (rendering.method, rendering.because)


async def test_peaks_are_held_down_where_one_gain_is_too_much(normalize: Normalize, media: Path) -> None:
    output = await normalize(film_with(media, "bursts.mp4", "-af", BURSTS, "-preset", "ultrafast"))
    assert "dynamic" == output.method
    assert output.after.true_peak_db <= -0.5


async def test_webm_stays_webm(workshop: Workshop, normalize: Normalize, media: Path) -> None:
    vp8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
    output = await normalize(film_with(media, "small.webm", *vp8))
    video = await workshop.video(output.video_id)
    assert ("video/webm", "opus", True) == (video.content.media_type, video.audio_codec, output.is_target_reached)


async def test_a_picture_that_browsers_do_not_play_is_encoded(normalize: Normalize, media: Path) -> None:
    output = await normalize(film_with(media, "old.avi", "-c:v", "mpeg4"))
    assert (False, True) == (output.is_picture_copied, output.is_target_reached)


async def test_silence_is_refused_and_leaves_nothing(workshop: Workshop, normalize: Normalize, media: Path) -> None:
    silent = make_clip(media, "silent.mp4", options="-af volume=0")
    with pytest.raises(PermanentError, match="silent"):
        await normalize(silent)
    assert 1 == workshop.blob_count()


async def test_a_film_without_sound_is_refused(normalize: Normalize, media: Path) -> None:
    with pytest.raises(PermanentError, match="no sound"):
        await normalize(make_clip(media, "mute.mp4", sound=False))
