"""Burning a few captions into a film: what comes out is a full burn, of which little was encoded."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from kinolog.common.events.rendering import Rendering
from kinolog.common.events.video import VideoRegistered
from kinolog.common.jobs import BurnInput, BurnOutput
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

# In the second of four seconds two captions that overlap, and one after the end.
CUES = (
    Cue(start=1.2, end=1.4, text="Hello"),
    Cue(start=1.3, end=1.52, text="World"),
    Cue(start=90.0, end=91.0, text="After"),
)
LARGE = CaptionStyle(font_size=60)
ALIKE_DECIBELS = 36
IN_PART = RenderSettings(partial_min_saved_megapixels=0)
IN_FULL = RenderSettings(partial_max_share=0.0)

Pixels = NDArray[Any]


@dataclass
class Burned:
    """A film that was burned in both ways, and in part once more."""

    source: Path
    in_part: Path
    in_full: Path
    output: BurnOutput
    again: BurnOutput
    rendering: Rendering
    phases: list[str]


@pytest.fixture(scope="module", params=["h264", pytest.param("rotated", marks=pytest.mark.chaos)])
def burned(request: pytest.FixtureRequest, zoo: Zoo, tmp_path_factory: pytest.TempPathFactory) -> Burned:
    workshop = Workshop(tmp_path_factory.mktemp("burned"))
    return asyncio.run(_burned(workshop, zoo.film(request.param)))


async def _burned(workshop: Workshop, source: Path) -> Burned:
    video_id = await workshop.add_video(source)
    output = await burn(workshop, video_id, *CUES)
    phases = workshop.phases
    full = await burn(workshop, video_id, *CUES, settings=IN_FULL)
    return Burned(
        source=source,
        in_part=await film_of(workshop, output),
        in_full=await film_of(workshop, full),
        output=output,
        again=await burn(workshop, output.video_id, Cue(start=3.1, end=3.2, text="Again")),
        rendering=await rendering_of(workshop, output),
        phases=phases,
    )


async def burn(workshop: Workshop, video_id: str, *cues: Cue, settings: RenderSettings = IN_PART) -> BurnOutput:
    caption_id = await workshop.add_caption(video_id, *cues)
    ctx = await workshop.begin("render", type="burn", input_data={}, video_id=video_id)
    output = await wiring.handlers(settings)["burn"](BurnInput(caption_id=caption_id, style=LARGE), ctx)
    assert isinstance(output, BurnOutput)
    await workshop.commit(ctx)
    return output


async def film_of(workshop: Workshop, output: BurnOutput) -> Path:
    return workshop.path_of((await workshop.video(output.video_id)).content)


async def rendering_of(workshop: Workshop, output: BurnOutput) -> Rendering:
    registered = (await workshop.log.read("video", output.video_id))[0].event
    assert isinstance(registered, VideoRegistered)
    assert registered.rendering is not None
    return registered.rendering


def frames_of(film: Path) -> list[Pixels]:
    """How bright the pixels of each frame are."""
    with av.open(str(film)) as media:
        return [frame.to_ndarray(format="gray") for frame in media.decode(video=0)]


def packets_of(film: Path, kind: str) -> list[tuple[float, bytes]]:
    """When each packet is heard or seen, and what it holds, in the order of storage."""
    with av.open(str(film)) as media:
        stream = media.streams.audio[0] if kind == "audio" else media.streams.video[0]
        packets = [packet for packet in media.demux(stream) if packet.size]
    return [(round(float((packet.pts or 0) * packet.time_base), 4), bytes(packet)) for packet in packets]


def alike_decibels(one: Pixels, other: Pixels) -> float:
    error = np.square(one.astype(float) - other).mean()
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def test_a_burn_in_part_shows_what_a_full_burn_shows(burned: Burned) -> None:
    turns = burned.source.name == "rotated.mp4"
    pairs = zip(frames_of(burned.in_part), frames_of(burned.in_full), strict=True)
    assert min(alike_decibels(np.rot90(one, turns), other) for one, other in pairs) > ALIKE_DECIBELS


def test_frames_that_stay_are_the_very_same(burned: Burned) -> None:
    pairs = zip(packets_of(burned.source, "video"), packets_of(burned.in_part, "video"), strict=True)
    assert (21, 21) == (sum(old != new for old, new in pairs), burned.output.encoded_frames)


def test_every_frame_is_shown_when_it_was(burned: Burned) -> None:
    before, after = packets_of(burned.source, "video"), packets_of(burned.in_part, "video")
    assert sorted(moment for moment, _ in before) == sorted(moment for moment, _ in after)


def test_the_sound_stays_as_it_is(burned: Burned) -> None:
    assert packets_of(burned.source, "audio") == packets_of(burned.in_part, "audio")


def test_decoders_find_nothing_to_complain_about(burned: Burned, tmp_path: Path) -> None:
    strict = ("-xerror", "-err_detect", "explode", "-i", str(burned.in_part))
    ffmpeg(*strict, "-f", "null", "-", folder=tmp_path)


def test_the_event_tells_what_was_encoded_and_how(burned: Burned) -> None:
    rendering, because = burned.rendering, "21 of 100 frames were encoded, the others are as they were"
    assert ("partial", because) == (rendering.method, rendering.because)
    assert (1, 2, {"ffmpeg", "pyav"}) == (len(rendering.steps), len(rendering.sources), set(rendering.programs))
    assert ("partial", because, "libx264") == (burned.output.method, burned.output.because, burned.output.encoder)


def test_progress_tells_every_phase(burned: Burned) -> None:
    assert ["prepare", "index", "encode", "join", "check", "store"] == burned.phases


def test_what_was_burned_in_part_can_be_so_again(burned: Burned) -> None:
    assert ("partial", 24) == (burned.again.method, burned.again.encoded_frames)


async def test_captions_that_nobody_sees_leave_every_frame_as_it_is(workshop: Workshop, zoo: Zoo) -> None:
    output = await burn(workshop, await workshop.add_video(zoo.film("no_sound")), CUES[-1])
    assert ("copy", "copy", 0) == (output.method, output.encoder, output.encoded_frames)


async def test_sound_that_mp4_players_do_not_know_is_encoded_alone(workshop: Workshop, zoo: Zoo) -> None:
    film = workshop.folder / "opus.mkv"
    ffmpeg("-i", str(zoo.film("h264")), "-c:v", "copy", "-c:a", "libopus", film.name, folder=film.parent)
    output = await burn(workshop, await workshop.add_video(film, container="matroska"), *CUES)
    video = await workshop.video(output.video_id)
    assert ("partial", "aac") == (output.method, video.audio_codec)
    assert pytest.approx(4.0, abs=0.05) == video.duration


@pytest.mark.parametrize(
    ("name", "reason"), [("vp9", "its picture is not H.264"), ("long_group", "72% of the frames change")]
)
async def test_films_that_little_can_be_kept_of_are_encoded_whole(
    workshop: Workshop, zoo: Zoo, name: str, reason: str
) -> None:
    video_id = await workshop.add_video(zoo.film(name), container=SPECIMENS[name].container)
    output = await burn(workshop, video_id, *CUES)
    assert ("full", True, 100) == (output.method, reason in output.because, output.encoded_frames)
