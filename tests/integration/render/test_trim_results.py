"""What becomes of a trim: a new video, another file for the same one, or a video for each part; captions go with it."""

from collections.abc import Awaitable, Callable

import pytest

from kinolog.common.aggregates import CAPTION, VIDEO, Caption
from kinolog.common.errors import PermanentError
from kinolog.common.events.video import VideoReplaced
from kinolog.common.jobs import TrimInput, TrimOutput, TrimRange
from kinolog.common.log import load
from kinolog.common.subtitles import Cue, cues_from_json
from kinolog.common.testing.examples import ORIGIN, a_video
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

TWO = (TrimRange(start_time=0, end_time=1), TrimRange(start_time=2, end_time=3))
HELLO = Cue(start=0.5, end=2.5, text="Hello")

Trim = Callable[[str, TrimInput], Awaitable[TrimOutput]]


@pytest.fixture
async def video_id(workshop: Workshop, zoo: Zoo) -> str:
    return await workshop.add_video(zoo.film("h264"), duration=4.0, title="Numbers", filename="n.mov")


async def caption_of(workshop: Workshop, caption_id: str) -> tuple[Caption, tuple[Cue, ...]]:
    caption = (await load(workshop.log, CAPTION, caption_id)).require()
    return caption, cues_from_json(await workshop.blobs.read(caption.cues))


async def test_each_segment_is_a_video(workshop: Workshop, trim: Trim, video_id: str) -> None:
    output = await trim(video_id, TrimInput(ranges=TWO, result="segments"))
    clips = [await workshop.video(clip.video_id) for clip in output.clips]
    assert [("Numbers (1/2)", "n-clip-1.mp4", 1.0), ("Numbers (2/2)", "n-clip-2.mp4", 1.0)] == [
        (clip.title, clip.filename, round(clip.duration, 1)) for clip in clips
    ]
    assert [(0.0, 1.0, 25), (2.0, 3.0, 25)] == [
        (clip.start_time, clip.end_time, clip.frame_count) for clip in output.clips
    ]


async def test_progress_goes_through_all_segments_once(workshop: Workshop, trim: Trim, video_id: str) -> None:
    await trim(video_id, TrimInput(ranges=TWO, result="segments"))
    encoding = [report.percent for report in workshop.reports if report.phase == "join" and report.percent]
    assert encoding == sorted(encoding)
    assert 100.0 == pytest.approx(encoding[-1])


async def test_a_replaced_video_keeps_its_id_and_title(workshop: Workshop, trim: Trim, video_id: str) -> None:
    before = await workshop.video(video_id)
    output = await trim(video_id, TrimInput(start_time=1, end_time=3, result="replace"))
    video = await workshop.video(video_id)
    assert (video_id, "Numbers", 2.0) == (output.video_id, video.title, round(video.duration, 1))
    assert before.content != video.content
    assert video.thumbnail is not None


async def test_a_video_that_got_another_file_since_is_not_replaced(workshop: Workshop, zoo: Zoo, video_id: str) -> None:
    ctx = await workshop.begin("render", type="trim", input_data={}, video_id=video_id)
    other = a_video(content=await workshop.blobs.put_file(zoo.film("long_group"), "video/mp4"))
    video = await load(workshop.log, VIDEO, video_id)
    await workshop.log.append(video.changes(VideoReplaced.model_validate(other.model_dump())), ORIGIN)
    trim = wiring.handlers(RenderSettings())["trim"]
    with pytest.raises(PermanentError, match="got another file") as refused:
        await trim(TrimInput(start_time=1, end_time=2, result="replace"), ctx)
    assert ("video_changed", ()) == (refused.value.kind, ctx.changes)


async def test_a_clip_inherits_captions_at_its_own_moments(workshop: Workshop, trim: Trim, video_id: str) -> None:
    await workshop.add_caption(video_id, HELLO, style={"fontSize": 60})
    output = await trim(video_id, TrimInput(start_time=1, end_time=2))
    caption, cues = await caption_of(workshop, output.caption_ids[0])
    assert (output.video_id, {"fontSize": 60}, "en") == (caption.video_id, caption.style, caption.language)
    assert (Cue(start=0, end=1, text="Hello"),) == cues


async def test_a_clip_in_which_nothing_is_said_gets_no_caption(trim: Trim, workshop: Workshop, video_id: str) -> None:
    await workshop.add_caption(video_id, HELLO)
    assert () == (await trim(video_id, TrimInput(start_time=3, end_time=4))).caption_ids


async def test_captions_of_another_video_stay_where_they_are(trim: Trim, workshop: Workshop, video_id: str) -> None:
    await workshop.add_caption(
        await workshop.add_video(workshop.path_of((await workshop.video(video_id)).content)), HELLO
    )
    assert () == (await trim(video_id, TrimInput(start_time=1, end_time=2))).caption_ids


async def test_a_replaced_video_keeps_its_captions_in_time(workshop: Workshop, trim: Trim, video_id: str) -> None:
    caption_id = await workshop.add_caption(video_id, HELLO)
    output = await trim(video_id, TrimInput(ranges=TWO, result="replace"))
    _, cues = await caption_of(workshop, caption_id)
    assert ((caption_id,), (Cue(start=0.5, end=1.5, text="Hello"),)) == (output.caption_ids, cues)


async def test_more_ranges_than_are_allowed_are_refused(workshop: Workshop, video_id: str) -> None:
    ctx = await workshop.begin("render", type="trim", input_data={}, video_id=video_id)
    trim = wiring.handlers(RenderSettings(trim_max_ranges=1))["trim"]
    with pytest.raises(PermanentError, match=r"^ranges: 2 are too many, at most 1"):
        await trim(TrimInput(ranges=TWO), ctx)


async def test_a_video_of_which_nothing_is_left_is_refused(trim: Trim, video_id: str) -> None:
    with pytest.raises(PermanentError, match="Nothing of the video is left"):
        await trim(video_id, TrimInput(start_time=0, end_time=4, action="remove"))


async def test_the_rendering_tells_how_a_clip_was_made(workshop: Workshop, trim: Trim, video_id: str) -> None:
    output = await trim(video_id, TrimInput(start_time=0.9, end_time=2))
    events = await workshop.log.read("video", output.video_id)
    rendering = events[0].event.model_dump()["rendering"]
    assert ("partial", [video_id]) == (rendering["method"], [source["id"] for source in rendering["sources"]])
