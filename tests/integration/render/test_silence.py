"""Taking silence out of real films: frames and sound stay together, and captions move with them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import pytest

from kinolog.common.aggregates import CAPTION
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import RemoveSilenceInput, RemoveSilenceOutput
from kinolog.common.log import load
from kinolog.common.subtitles import Cue, cues_from_json
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Remove = Callable[..., Awaitable[RemoveSilenceOutput]]


@pytest.fixture
def remove(workshop: Workshop) -> Remove:
    async def run(video_id: str, **asked: Any) -> RemoveSilenceOutput:
        ctx = await workshop.begin("render", type="remove_silence", input_data={}, video_id=video_id)
        handler = wiring.handlers(RenderSettings(encode_preset="ultrafast"))["remove_silence"]
        output = await handler(RemoveSilenceInput.model_validate(asked), ctx)
        assert isinstance(output, RemoveSilenceOutput)
        await workshop.commit(ctx)
        return output

    return run


@pytest.fixture(scope="session")
def pausing(media: Path) -> Path:
    """Four seconds of sound with a pause from 1 s to 2.4 s; the brightness of each frame tells its number."""
    options = "-vf geq=lum=16+N*2:cb=128:cr=128 -crf 10 -af volume=0:enable='between(t,1,2.4)'"
    return make_clip(media, "pausing.mp4", seconds=4.0, picture="color=c=black", options=options)


def heard_from(media: Path, name: str, begin: float, *, seconds: float = 4.0, picture_begin: float = 0.0) -> Path:
    """Four seconds of picture, and a tone that pauses from 0.5 s to 2 s of its own; each may begin later."""
    tone = f"sine=d={seconds},volume=0:enable='between(t,0.5,2)'"
    picture = f"-itsoffset {picture_begin} -f lavfi -i testsrc2=s=320x180:r=25:d=4"
    codecs = "-c:v libx264 -preset ultrafast -bf 2 -g 12 -pix_fmt yuv420p -c:a aac"
    ffmpeg(*f"{picture} -itsoffset {begin} -f lavfi -i {tone} {codecs} {name}".split(), folder=media)
    return media / name


def numbers_of(film: Path) -> list[int]:
    with av.open(str(film)) as opened:
        return [round((frame.to_ndarray()[10, 10] - 16) / 2) for frame in opened.decode(video=0)]


async def test_the_pause_goes_and_its_margins_stay(workshop: Workshop, remove: Remove, pausing: Path) -> None:
    output = await remove(await workshop.add_video(pausing, duration=4.0))
    (part,) = output.removed
    assert (1.2, 2.2) == pytest.approx((part.start_time, part.end_time), abs=0.05)
    numbers = numbers_of(workshop.path_of((await workshop.video(output.video_id)).content))
    gone = [number for number in range(100) if part.start_time <= number / 25 < part.end_time]
    assert [number for number in range(100) if number not in gone] == pytest.approx(numbers, abs=1)
    assert len(numbers) == 100 - len(gone)


async def test_the_result_has_no_pause_any_more(workshop: Workshop, remove: Remove, pausing: Path) -> None:
    output = await remove(await workshop.add_video(pausing, duration=4.0), margin_seconds=0.1)
    again = await remove(output.video_id)
    assert (False, output.video_id, ()) == (again.is_cut, again.video_id, again.removed)


async def test_captions_move_with_what_is_kept(workshop: Workshop, remove: Remove, pausing: Path) -> None:
    video_id = await workshop.add_video(pausing, duration=4.0)
    await workshop.add_caption(video_id, Cue(start=3.0, end=3.5, text="Later"))
    output = await remove(video_id)
    caption = (await load(workshop.log, CAPTION, *output.caption_ids)).require()
    (cue,) = cues_from_json(await workshop.blobs.read(caption.cues))
    assert 3.0 - output.removed_seconds == pytest.approx(cue.start, abs=0.05)


async def test_silence_is_only_found_where_that_is_asked_for(workshop: Workshop, remove: Remove, pausing: Path) -> None:
    video_id = await workshop.add_video(pausing, duration=4.0)
    output = await remove(video_id, only_detect=True)
    assert (False, video_id, 1, 1) == (output.is_cut, output.video_id, len(output.removed), workshop.blob_count())


@pytest.mark.parametrize(("name", "container"), [("late.mp4", "mp4"), ("late.ts", "mpegts")])
async def test_a_film_is_silent_before_its_sound_begins_and_after_it_ends(
    workshop: Workshop, remove: Remove, media: Path, name: str, container: str
) -> None:
    film = heard_from(media, name, 1.0, seconds=2.4)
    output = await remove(
        await workshop.add_video(film, duration=4.0, container=container), only_detect=True, margin_seconds=0.0
    )
    expected = [(0.0, 1.0), (1.5, 3.0), (3.4, 4.0)]
    assert expected == [pytest.approx((part.start_time, part.end_time), abs=0.05) for part in output.removed]


async def test_what_is_heard_before_the_first_frame_goes_with_the_silence(
    workshop: Workshop, remove: Remove, media: Path
) -> None:
    film = heard_from(media, "early.mp4", 0.0, picture_begin=1.0)
    output = await remove(await workshop.add_video(film, duration=5.0))
    assert [pytest.approx((0.0, 1.8), abs=0.05), pytest.approx((4.2, 5.0), abs=0.05)] == [
        (part.start_time, part.end_time) for part in output.removed
    ]
    assert pytest.approx(5.0 - output.removed_seconds, abs=0.05) == (await workshop.video(output.video_id)).duration


@pytest.mark.parametrize(
    ("options", "has_sound", "reason"), [("-af volume=0", True, "silent throughout"), ("", False, "no sound")]
)
async def test_films_without_anything_to_hear_are_refused(
    workshop: Workshop, remove: Remove, media: Path, options: str, has_sound: bool, reason: str
) -> None:
    clip = make_clip(media, f"hush-{has_sound}.mp4", sound=has_sound, options=options)
    with pytest.raises(PermanentError, match=reason):
        await remove(await workshop.add_video(clip))
