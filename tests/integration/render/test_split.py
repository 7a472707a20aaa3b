"""Splitting real films: the clips together hold each frame of the film exactly once, and know where they come from."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kinolog.common.aggregates import CAPTION
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import SplitFixedInput, SplitFixedOutput, SplitScenesInput, SplitScenesOutput, TrimClip
from kinolog.common.log import load
from kinolog.common.subtitles import Cue, cues_from_json
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.witness import decoded_numbers
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Split = Callable[..., Awaitable[SplitFixedOutput | SplitScenesOutput]]


@pytest.fixture
def split(workshop: Workshop) -> Split:
    async def run(
        video_id: str, job: SplitFixedInput | SplitScenesInput, **settings: object
    ) -> SplitFixedOutput | SplitScenesOutput:
        name = "split_fixed" if isinstance(job, SplitFixedInput) else "split_scenes"
        ctx = await workshop.begin("render", type=name, input_data={}, video_id=video_id)
        output = await wiring.handlers(RenderSettings.model_validate(settings))[name](job, ctx)
        assert isinstance(output, SplitFixedOutput | SplitScenesOutput)
        await workshop.commit(ctx)
        assert not list(ctx.workdir.glob("clip_*"))
        return output

    return run


async def add(workshop: Workshop, zoo: Zoo, name: str) -> str:
    specimen = SPECIMENS[name]
    file = zoo.film(name)
    facts = {"container": specimen.container, "duration": specimen.seconds, "size_bytes": file.stat().st_size}
    return await workshop.add_video(file, title="Zoo", filename=f"{name}.mov", **facts)


async def files_of(workshop: Workshop, clips: tuple[TrimClip, ...]) -> list[Path]:
    return [workshop.path_of((await workshop.video(clip.video_id)).content) for clip in clips]


async def numbers_in(workshop: Workshop, clips: tuple[TrimClip, ...]) -> list[list[int]]:
    return [decoded_numbers(file) for file in await files_of(workshop, clips)]


def assert_never_back(percents: list[float | None]) -> None:
    known = [percent for percent in percents if percent is not None]
    assert sorted(known) == known


@pytest.mark.parametrize("name", ["variable_rate", "vp9"])
async def test_exact_clips_hold_each_frame_once(workshop: Workshop, zoo: Zoo, split: Split, name: str) -> None:
    output = await split(await add(workshop, zoo, name), SplitFixedInput(count=2))
    numbers = await numbers_in(workshop, output.clips)
    assert decoded_numbers(zoo.film(name)) == [number for clip in numbers for number in clip]
    assert [len(clip) for clip in numbers] == [clip.frame_count for clip in output.clips]


async def test_fast_clips_begin_at_key_frames_and_hold_each_frame_once(
    workshop: Workshop, zoo: Zoo, split: Split
) -> None:
    output = await split(await add(workshop, zoo, "h264"), SplitFixedInput(times=(1.4, 2.6), mode="fast"))
    numbers = await numbers_in(workshop, output.clips)
    assert [list(range(25)), list(range(25, 50)), list(range(50, 100))] == numbers
    assert [0.0, 1.0, 2.0] == [clip.start_time for clip in output.clips]


async def test_no_clip_is_larger_than_allowed(workshop: Workshop, zoo: Zoo, split: Split) -> None:
    output = await split(await add(workshop, zoo, "h264"), SplitFixedInput(size_bytes=200_000))
    files = await files_of(workshop, output.clips)
    assert max(file.stat().st_size for file in files) <= 200_000
    assert list(range(100)) == [number for file in files for number in decoded_numbers(file)]


async def test_clips_are_numbered_children_that_inherit_captions(workshop: Workshop, zoo: Zoo, split: Split) -> None:
    video_id = await add(workshop, zoo, "h264")
    await workshop.add_caption(video_id, Cue(start=2.5, end=3.0, text="Late"))
    first, second = (await split(video_id, SplitFixedInput(times=(2.0,)))).clips
    caption = (await load(workshop.log, CAPTION, *second.caption_ids)).require()
    (cue,) = cues_from_json(await workshop.blobs.read(caption.cues))
    clip = await workshop.video(second.video_id)
    assert ((), "Late", 0.5) == (first.caption_ids, cue.text, cue.start)
    assert ("Zoo (2/2)", True, video_id) == (clip.title, clip.is_clip, clip.parent_video_id)
    assert_never_back([report.percent for report in workshop.reports])


async def test_what_is_heard_after_the_last_frame_is_a_clip_that_shows_it(
    workshop: Workshop, split: Split, media: Path
) -> None:
    film = make_clip(media, "outlasting.mp4", options="-af apad=pad_dur=0.1")
    output = await split(await workshop.add_video(film, duration=2.1), SplitFixedInput(interval=1.0))
    assert [25, 25, 1] == [clip.frame_count for clip in output.clips]


async def test_too_many_clips_are_refused_before_any_is_made(workshop: Workshop, zoo: Zoo, split: Split) -> None:
    video_id = await add(workshop, zoo, "h264")
    with pytest.raises(PermanentError, match=r"^interval: this makes 40 clips, .* at most 39"):
        await split(video_id, SplitFixedInput(interval=0.1), split_max_clips=39)
    assert 1 == workshop.blob_count()
