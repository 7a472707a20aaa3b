"""Making real videos again: the same frames come out, and where not, the first one is named."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.errors import PermanentError
from kinolog.common.events.video import VideoDeleted
from kinolog.common.jobs import ReproduceInput, ReproduceOutput, job_type
from kinolog.common.log import load
from kinolog.common.subtitles import Cue
from kinolog.common.testing.examples import ORIGIN
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Make = Callable[..., Awaitable[str]]
SETTINGS = RenderSettings(encode_preset="ultrafast")


@pytest.fixture
def make(workshop: Workshop) -> Make:
    """Runs a job to its end and gives the id of the first video that it made."""

    async def run(kind: str, video_id: str, **asked: Any) -> str:
        ctx = await workshop.begin("render", type=kind, input_data=asked, video_id=video_id)
        request = job_type(kind).input_model.model_validate(asked)
        output = (await wiring.handlers(SETTINGS)[kind](request, ctx)).model_dump()
        await workshop.commit(ctx)
        return str(output["clips"][-1]["video_id"] if output.get("clips") else output["video_id"])

    return run


async def reproduced(workshop: Workshop, video_id: str, settings: RenderSettings = SETTINGS) -> ReproduceOutput:
    ctx = await workshop.begin("render", type="reproduce", input_data={}, video_id=video_id)
    output = await wiring.handlers(settings)["reproduce"](ReproduceInput(), ctx)
    assert isinstance(output, ReproduceOutput)
    assert () == ctx.changes
    return output


async def test_a_trimmed_video_comes_out_the_same(workshop: Workshop, make: Make, numbered_clip: Path) -> None:
    made = await make("trim", await workshop.add_video(numbered_clip), start_time=0.2, end_time=1.6)
    count = workshop.blob_count()
    output = await reproduced(workshop, made)
    assert (True, True, 35, None) == (
        output.is_identical,
        output.is_file_identical,
        output.picture_frames,
        output.difference,
    )
    assert output.sound_frames > 35
    assert count == workshop.blob_count()


async def test_burned_captions_come_out_the_same(workshop: Workshop, make: Make, blue_clip: Path) -> None:
    video_id = await workshop.add_video(blue_clip)
    caption_id = await workshop.add_caption(video_id, Cue(start=0.2, end=1.0, text="Hello"))
    output = await reproduced(workshop, await make("burn", video_id, caption_id=caption_id))
    assert (True, 50, output.fonts_now) == (output.is_identical, output.picture_frames, output.fonts_then)
    assert output.fonts_then


async def test_other_settings_are_found_at_the_first_frame(workshop: Workshop, make: Make, numbered_clip: Path) -> None:
    made = await make("transcode", await workshop.add_video(numbered_clip), height=90)
    output = await reproduced(workshop, made, RenderSettings(encode_preset="ultrafast", encode_crf=45))
    assert output.difference is not None
    assert (False, "picture", 0.0) == (output.is_identical, output.difference.track, output.difference.seconds_then)
    assert "the encoder was told otherwise: see the service's settings" == output.explanation


async def test_one_segment_among_several_is_made_again(workshop: Workshop, make: Make, numbered_clip: Path) -> None:
    ranges = [{"start_time": 0.0, "end_time": 0.4}, {"start_time": 1.0, "end_time": 1.48}]
    made = await make("trim", await workshop.add_video(numbered_clip), ranges=ranges, result="segments")
    output = await reproduced(workshop, made)
    assert (True, 12) == (output.is_identical, output.picture_frames)


async def test_every_track_of_sound_is_compared(workshop: Workshop, make: Make, zoo: Zoo) -> None:
    frames = []
    for film in ("h264", "two_languages"):
        source = await workshop.add_video(zoo.film(film), duration=4.0)
        output = await reproduced(workshop, await make("trim", source, start_time=1.0, end_time=3.0))
        assert output.is_identical
        frames.append(output.sound_frames)
    assert 2 * frames[0] == pytest.approx(frames[1], abs=3)


async def test_a_source_that_was_deleted_since_still_serves(workshop: Workshop, make: Make, blue_clip: Path) -> None:
    source = await workshop.add_video(blue_clip)
    made = await make("trim", source, start_time=0.0, end_time=0.4)
    await workshop.log.append((await load(workshop.log, VIDEO, source)).changes(VideoDeleted()), ORIGIN)
    assert (await reproduced(workshop, made)).is_identical


async def test_a_source_whose_bytes_are_gone_is_told(workshop: Workshop, make: Make, blue_clip: Path) -> None:
    source = await workshop.add_video(blue_clip)
    made = await make("trim", source, start_time=0.0, end_time=0.4)
    workshop.path_of((await workshop.video(source)).content).unlink()
    with pytest.raises(PermanentError, match="no longer stored"):
        await reproduced(workshop, made)


async def test_an_uploaded_video_cannot_be_made_again(workshop: Workshop, blue_clip: Path) -> None:
    video_id = await workshop.add_video(blue_clip)
    with pytest.raises(PermanentError, match="not made here"):
        await reproduced(workshop, video_id)
