"""Hardware as it is on this machine, whichever that is; and devices that do not exist, which fail for real."""

import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from kinolog.common.clock import system_clock
from kinolog.common.events.video import VideoRegistered
from kinolog.common.jobs import TranscodeInput
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.adapters.gpu_ffmpeg import GpuFFmpeg
from kinolog.render.adapters.hardware_memory import HardwareMemory
from kinolog.render.domain.hardware import (
    NO_HARDWARE,
    Coder,
    Decoder,
    Hardware,
    conceivable_coders,
    conceivable_decoders,
)
from kinolog.render.domain.recipe import Recipe, Track
from kinolog.render.domain.work import Encoded, Picture
from kinolog.render.settings import RenderSettings

APPLE = sys.platform == "darwin"
RECIPE = Recipe(container="mp4", picture=Track(stream=0, filters=("null",)), seconds=2.0, frame_count=60)


@dataclass
class Believed:
    """Hardware that somebody takes for granted."""

    hardware: Hardware

    async def find(self) -> Hardware:
        return self.hardware


@pytest.fixture
def settings(tmp_path: Path) -> RenderSettings:
    return RenderSettings(work_dir=tmp_path / "work")


async def encoded_on(hardware: Hardware, source: Path, output: Path, recipe: Recipe = RECIPE) -> Encoded:
    settings = RenderSettings()
    usual = wiring.encoder(settings)
    return await GpuFFmpeg(usual, usual, Believed(hardware)).encode(recipe, source, output, lambda progress: None)


def lost_device(tmp_path: Path) -> Hardware:
    return Hardware(coders=(Coder(vendor="vaapi", codec="h264", device=str(tmp_path / "renderD999")),))


async def test_all_hardware_there_may_be_either_works_or_says_why_not(settings: RenderSettings) -> None:
    found = await wiring.hardware_finder(settings).find()
    names = {coder.name for coder in conceivable_coders((), "auto", is_apple=APPLE)}
    names |= {decoder.name for decoder in conceivable_decoders((), "auto", is_apple=APPLE)}
    assert names <= {*found.names, *(name for name, _ in found.refusals)}
    assert all(refusal for _, refusal in found.refusals)


async def test_what_was_found_is_remembered_for_the_next_start(settings: RenderSettings) -> None:
    settings = settings.model_copy(update={"render_hardware": "amf"})
    found = await wiring.hardware_finder(settings).find()
    kept = (settings.work_dir / "hardware.json").stat().st_mtime_ns
    assert found == await wiring.hardware_finder(settings).find()
    assert kept == (settings.work_dir / "hardware.json").stat().st_mtime_ns


async def test_a_machine_told_to_use_its_cpu_is_not_examined(settings: RenderSettings) -> None:
    settings = settings.model_copy(update={"render_hardware": "cpu"})
    assert NO_HARDWARE == await wiring.hardware_finder(settings).find()
    assert not (settings.work_dir / "hardware.json").exists()


async def test_a_machine_that_cannot_be_examined_has_no_hardware(settings: RenderSettings) -> None:
    finder = wiring.hardware_finder(settings)
    finder.limits = replace(finder.limits, memory_bytes=1_000_000)
    assert NO_HARDWARE == await finder.find()


def test_what_is_remembered_holds_for_one_machine_and_a_while(tmp_path: Path) -> None:
    memory = HardwareMemory(tmp_path / "hardware.json", hours=1)
    memory.keep("this", NO_HARDWARE)
    late = HardwareMemory(memory.file, hours=1, clock=lambda: system_clock() + timedelta(hours=2))
    assert (NO_HARDWARE, None, None) == (memory.recall("this"), memory.recall("another"), late.recall("this"))


def test_a_damaged_memory_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "hardware.json").write_text("{")
    assert HardwareMemory(tmp_path / "hardware.json", hours=1).recall("this") is None


async def test_an_encoder_that_fails_gives_way_to_the_cpu(blue_clip: Path, tmp_path: Path) -> None:
    encoded = await encoded_on(lost_device(tmp_path), blue_clip, tmp_path / "output.mp4")
    assert ("libx264", None) == (encoded.encoder, encoded.hardware)
    assert "the CPU encoded, since h264_vaapi failed" in encoded.note
    assert (tmp_path / "output.mp4").stat().st_size > 0


async def test_a_decoder_that_fails_gives_way_to_the_cpu(blue_clip: Path, tmp_path: Path) -> None:
    lost = Hardware(decoders=(Decoder(acceleration="vaapi", device=str(tmp_path / "renderD999")),))
    encoded = await encoded_on(lost, blue_clip, tmp_path / "output.mp4")
    assert "-hwaccel" not in encoded.arguments


async def test_without_hardware_the_cpu_encodes_and_says_so(blue_clip: Path, tmp_path: Path) -> None:
    encoded = await encoded_on(NO_HARDWARE, blue_clip, tmp_path / "output.mp4")
    assert "the CPU encoded, since no hardware here was proved to encode h264" == encoded.note


async def test_a_job_that_needs_the_cpus_encoder_gets_it(blue_clip: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, picture_coding=Picture(extra=("-g", "5")))
    encoded = await encoded_on(lost_device(tmp_path), blue_clip, tmp_path / "output.mp4", recipe)
    assert "the CPU encoded, since the job needs an encoder of the CPU's" == encoded.note


@pytest.mark.parametrize(
    ("queue", "expected"),
    [("render", ""), ("render-gpu", "the CPU encoded, since no hardware here was proved to encode h264")],
)
async def test_hardware_is_for_jobs_that_ask_for_it(tmp_path: Path, blue_clip: Path, queue: str, expected: str) -> None:
    workshop, settings = Workshop(tmp_path), RenderSettings(render_hardware="cpu")
    video_id = await workshop.add_video(blue_clip)
    ctx = await workshop.begin("render", type="transcode", input_data={}, video_id=video_id, queue=queue)
    output = await wiring.handlers(settings)["transcode"](TranscodeInput(), ctx)
    await workshop.commit(ctx)
    assert expected == await reason_for(workshop, output.model_dump()["video_id"])


async def reason_for(workshop: Workshop, video_id: str) -> str:
    registered = (await workshop.log.read("video", video_id))[0].event
    assert isinstance(registered, VideoRegistered)
    assert registered.rendering is not None
    return registered.rendering.because
