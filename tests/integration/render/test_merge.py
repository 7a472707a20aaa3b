"""Joining real films: every one of them whole, in its place, in one shape, with its sound and its captions."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from kinolog.common.aggregates import CAPTION
from kinolog.common.errors import PermanentError
from kinolog.common.events import RecordedEvent
from kinolog.common.events.video import VideoRegistered
from kinolog.common.jobs import MergeInput, MergeOutput
from kinolog.common.log import load
from kinolog.common.subtitles import Cue, Word, cues_from_json
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.examples import a_video
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Merge = Callable[..., Awaitable[MergeOutput]]
FAST = RenderSettings(encode_preset="ultrafast", encode_threads=1)
BLUE, RED, BLACK = (0, 0, 254), (254, 0, 0), (0, 0, 0)


@pytest.fixture
def merge(workshop: Workshop) -> Merge:
    async def run(*video_ids: str, **wishes: Any) -> MergeOutput:
        ctx = await workshop.begin("render", type="merge", input_data={}, project_id=project())
        job = MergeInput.model_validate({"video_ids": video_ids, **wishes})
        output = await wiring.handlers(FAST)["merge"](job, ctx)
        assert isinstance(output, MergeOutput)
        await workshop.commit(ctx)
        return output

    return run


@pytest.fixture(scope="session")
def red_square(media: Path) -> Path:
    """Another size, rate and codec, without sound."""
    options = "-vf scale=120:120,setsar=1,fps=10 -c:v mpeg4 -q:v 2"
    return make_clip(media, "square.mp4", seconds=1.0, picture="color=c=red", sound=False, options=options)


@pytest.fixture(scope="session")
def green_clip(media: Path) -> Path:
    return make_clip(media, "green.mp4", picture="color=c=green", options="-crf 10")


def project() -> str:
    return a_video().project_id


def pixels(file: Path, *places: tuple[int, int]) -> list[list[tuple[int, ...]]]:
    """The colours of each frame at some places, x and y."""
    with av.open(str(file)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    return [[tuple(int(value) for value in frame[y, x]) for x, y in places] for frame in frames]


def is_like(expected: tuple[int, ...], actual: tuple[int, ...]) -> bool:
    return max(abs(one - other) for one, other in zip(expected, actual, strict=True)) < 24


def loudness(file: Path, start: float, end: float) -> float:
    """The mean of the absolute samples between two seconds, 1 being full scale."""
    with av.open(str(file)) as film:
        stream = film.streams.audio[0]
        sound = np.concatenate([frame.to_ndarray().mean(axis=0) for frame in film.decode(stream)])
        return float(np.abs(sound[int(start * stream.rate) : int(end * stream.rate)]).mean())


async def film_of(workshop: Workshop, output: MergeOutput) -> Path:
    return workshop.path_of((await workshop.video(output.video_id)).content)


async def test_films_of_any_kind_become_one_and_each_keeps_its_shape(
    workshop: Workshop, merge: Merge, blue_clip: Path, red_square: Path
) -> None:
    ids = [await workshop.add_video(clip) for clip in (blue_clip, red_square)]
    output = await merge(*ids)
    film = await film_of(workshop, output)
    shown = pixels(film, (160, 90), (20, 90))
    assert (320, 180, 75) == (output.width, output.height, output.frame_count)
    assert all(is_like(BLUE, colour) for frame in shown[:50] for colour in frame)
    assert all(is_like(RED, middle) and is_like(BLACK, edge) for middle, edge in shown[50:])


async def test_sound_stays_with_its_film_and_silence_with_one_that_has_none(
    workshop: Workshop, merge: Merge, blue_clip: Path, red_square: Path
) -> None:
    ids = [await workshop.add_video(clip) for clip in (red_square, blue_clip)]
    film = await film_of(workshop, await merge(*ids))
    assert loudness(film, 0.0, 0.95) < 0.001 < 0.02 < loudness(film, 1.05, 2.9)


async def test_intro_and_outro_stand_around_the_videos(
    workshop: Workshop, merge: Merge, blue_clip: Path, red_square: Path
) -> None:
    blue, red = [await workshop.add_video(clip) for clip in (blue_clip, red_square)]
    output = await merge(blue, intro_video_id=red, outro_video_id=red)
    assert [(red, 0.0, 1.0), (blue, 1.0, 3.0), (red, 3.0, 4.0)] == [
        (part.video_id, part.start_time, part.end_time) for part in output.parts
    ]
    assert 100 == output.frame_count


async def test_a_size_and_a_rate_are_made(workshop: Workshop, merge: Merge, red_square: Path) -> None:
    red = await workshop.add_video(red_square)
    output = await merge(red, red, width=64, height=128, frame_rate=29.97)
    video = await workshop.video(output.video_id)
    assert (64, 128, 60, 29.97) == (output.width, output.height, output.frame_count, round(video.frame_rate or 0, 2))


async def test_a_turned_film_stands_upright(workshop: Workshop, merge: Merge, blue_clip: Path, media: Path) -> None:
    ffmpeg("-display_rotation", "90", "-i", blue_clip.name, "-c", "copy", "upright.mp4", folder=media)
    ids = [await workshop.add_video(clip) for clip in (blue_clip, media / "upright.mp4")]
    shown = pixels(await film_of(workshop, await merge(*ids)), (160, 90), (20, 90))
    assert [True, True] == [is_like(BLUE, shown[75][0]), is_like(BLACK, shown[75][1])]


async def test_sound_alone_is_joined_with_sound_alone(workshop: Workshop, merge: Merge, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", "hum.mp3", folder=media)
    hum = await workshop.add_video(media / "hum.mp3")
    output = await merge(hum, hum)
    video = await workshop.video(output.video_id)
    assert (None, 0, "audio/mp4") == (output.width, output.frame_count, video.content.media_type)
    assert 2.1 == pytest.approx(video.duration, abs=0.1)


async def test_captions_of_one_language_become_one(workshop: Workshop, merge: Merge, blue_clip: Path) -> None:
    word = Word(start=0.5, end=0.9, text="Hello", probability=1.0)
    first, second = [await workshop.add_video(blue_clip) for _ in range(2)]
    await workshop.add_caption(first, Cue(start=0.5, end=9.0, text="Hello", words=(word,)))
    await workshop.add_caption(second, Cue(start=0.25, end=1.0, text="again"))
    output = await merge(first, second, second)
    caption = (await load(workshop.log, CAPTION, *output.caption_ids)).require()
    cues = cues_from_json(await workshop.blobs.read(caption.cues))
    assert [(0.5, "Hello"), (2.25, "again"), (4.25, "again")] == [(cue.start, cue.text) for cue in cues]
    assert 2.0 == pytest.approx(cues[0].end, abs=0.1)


async def test_films_that_are_coded_alike_are_copied(
    workshop: Workshop, merge: Merge, numbered_clip: Path, green_clip: Path
) -> None:
    ids = [await workshop.add_video(clip) for clip in (numbered_clip, green_clip, numbered_clip)]
    output = await merge(*ids)
    film = await film_of(workshop, output)
    expected = [*pixels(numbered_clip, (9, 9)), *pixels(green_clip, (9, 9)), *pixels(numbered_clip, (9, 9))]
    assert ("copy", 150) == (output.method, output.frame_count)
    assert expected == pixels(film, (9, 9))


async def test_sound_of_copied_films_is_in_step(workshop: Workshop, merge: Merge, numbered_clip: Path) -> None:
    clip = await workshop.add_video(numbered_clip)
    output = await merge(clip, clip)
    film, start = await film_of(workshop, output), output.parts[1].start_time
    assert loudness(film, start + 0.05, start + 0.95) < 0.001 < 0.02 < loudness(film, start + 1.05, start + 1.95)


async def test_films_that_are_not_coded_alike_are_encoded_and_the_result_says_why(
    workshop: Workshop, merge: Merge, green_clip: Path, media: Path
) -> None:
    other = make_clip(media, "other.mp4", seconds=0.4, picture="color=c=red", options="-preset medium")
    ids = [await workshop.add_video(clip) for clip in (green_clip, other)]
    output = await merge(*ids)
    assert ("full", 60) == (output.method, output.frame_count)
    assert "not coded alike (video_ids.1 has other parameters of the picture)" in output.because


async def test_the_result_tells_how_it_was_made(workshop: Workshop, merge: Merge, red_square: Path) -> None:
    red = await workshop.add_video(red_square)
    video = await workshop.video((await merge(red, red, title="Both")).video_id)
    entries = (await workshop.log.scan(0, 1000)).entries
    events = [each.event for each in entries if isinstance(each, RecordedEvent)]
    renderings = [event.rendering for event in events if isinstance(event, VideoRegistered) and event.rendering]
    assert ("Both", [red, red]) == (video.title, [source.id for source in renderings[0].sources])
    assert {"prepare", "encode", "check", "store"} <= set(workshop.phases)


async def test_sound_alone_does_not_go_with_a_picture(
    workshop: Workshop, merge: Merge, blue_clip: Path, media: Path
) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=0.5", "beep.mp3", folder=media)
    ids = [await workshop.add_video(clip) for clip in (blue_clip, media / "beep.mp3")]
    with pytest.raises(PermanentError, match=r"video_ids\.1: vid_.* is sound alone"):
        await merge(*ids)


async def test_a_picture_that_becomes_too_large_by_its_shape_is_refused_before_it_is_made(
    workshop: Workshop, merge: Merge, blue_clip: Path, media: Path
) -> None:
    tall = make_clip(media, "tall.mp4", options="-vf scale=16:1280")
    ids = [await workshop.add_video(clip) for clip in (tall, blue_clip)]
    with pytest.raises(PermanentError, match=r"^width: the picture would be 8192 × 655360 pixels"):
        await merge(*ids, width=8192)


async def test_a_video_of_another_project_is_refused(workshop: Workshop, merge: Merge, blue_clip: Path) -> None:
    here = await workshop.add_video(blue_clip)
    there = await workshop.add_video(blue_clip, project_id="prj_" + "1" * 32)
    with pytest.raises(PermanentError, match=r"outro_video_id: .* in another project"):
        await merge(here, outro_video_id=there)
