"""Trimming real films: which frames are left, whether the sound still fits, and which windows are refused."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import av
import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.workshop import Workshop

Trim = Callable[[str, TrimInput], Awaitable[TrimOutput]]
TrimFile = Callable[..., Awaitable[Path]]


@pytest.fixture
def trim_file(trim: Trim, workshop: Workshop) -> TrimFile:
    async def run(clip: Path, start: float, end: float, **video: object) -> Path:
        output = await trim(await workshop.add_video(clip, **video), TrimInput(start_time=start, end_time=end))
        return workshop.path_of((await workshop.video(output.video_id)).content)

    return run


@pytest.fixture
def late_picture(numbered_clip: Path, tmp_path: Path) -> Path:
    """It is heard from the start, and seen from 0.7 s on."""
    film = tmp_path / "late.mp4"
    sources = f"-itsoffset 0.7 -i {numbered_clip} -i {numbered_clip}"
    ffmpeg(*f"{sources} -map 0:v -map 1:a -c copy {film}".split(), folder=tmp_path)
    return film


def numbers_of(file: Path) -> list[int]:
    """The frames of a film cut from the numbered clip, by the numbers that their brightness tells."""
    with av.open(str(file)) as film:
        brightness = [float(frame.to_ndarray()[: frame.height].mean()) for frame in film.decode(video=0)]
    return [round((luma - 16) / 4) for luma in brightness]


def first_sound(file: Path) -> float:
    """The moment, in seconds, of the first sample that can be heard."""
    with av.open(str(file)) as film:
        for frame in film.decode(audio=0):
            loud = (abs(frame.to_ndarray()[0]) > 0.02).nonzero()[0]
            if loud.size and frame.time is not None:
                return float(frame.time + loud[0] / frame.sample_rate)
    raise AssertionError("the film is silent")


def variable_rate(clip: Path, name: str) -> Path:
    """The clip without every third frame."""
    without = ("-vf", "select=mod(n\\,3)", "-fps_mode", "vfr", "-c:a", "copy")
    ffmpeg("-i", clip.name, *without, "-crf", "10", name, folder=clip.parent)
    return clip.with_name(name)


@pytest.mark.parametrize(
    ("start", "end", "frames"),
    [
        (0.5, 1.5, range(13, 38)),
        pytest.param(0.52, 1.52, range(13, 38), marks=pytest.mark.chaos),
        (0.521, 1.521, range(14, 39)),
        (0.0, 0.04, range(1)),
        pytest.param(0.0, 2.0, range(50), marks=pytest.mark.chaos),
        (1.9, 2.0, range(48, 50)),
    ],
)
async def test_exactly_the_frames_from_start_up_to_end_are_left(
    trim_file: TrimFile, numbered_clip: Path, start: float, end: float, frames: range
) -> None:
    assert list(frames) == numbers_of(await trim_file(numbered_clip, start, end))


async def test_the_output_tells_what_was_really_kept(workshop: Workshop, trim: Trim, numbered_clip: Path) -> None:
    video_id = await workshop.add_video(numbered_clip)
    output = await trim(video_id, TrimInput(start_time=0.5, end_time=1.5))
    assert (0.52, 1.5, 25) == (output.start_time, output.end_time, output.frame_count)


# In MPEG-TS the sound begins first, and the frame that was at 0.48 s comes at 0.503 s.
@pytest.mark.parametrize(
    ("name", "container", "first"),
    [
        ("n.ts", "mpegts", 12),
        pytest.param("n.mkv", "matroska", 13, marks=pytest.mark.chaos),
        pytest.param("n.mov", "mp4", 13, marks=pytest.mark.chaos),
    ],
)
async def test_other_containers_are_cut_as_exactly(
    trim_file: TrimFile, numbered_clip: Path, name: str, container: str, first: int
) -> None:
    ffmpeg("-i", numbered_clip.name, "-c", "copy", name, folder=numbered_clip.parent)
    cut = await trim_file(numbered_clip.with_name(name), 0.5, 1.5, container=container)
    assert list(range(first, first + 25)) == numbers_of(cut)


@pytest.mark.parametrize("name", [pytest.param("vfr.mp4", marks=pytest.mark.chaos), "vfr.mkv"])
async def test_a_variable_rate_keeps_its_frames_and_their_times(
    trim_file: TrimFile, numbered_clip: Path, name: str
) -> None:
    clip = variable_rate(numbered_clip, name)
    container = {".mp4": "mp4", ".mkv": "matroska"}[clip.suffix]
    cut = await trim_file(clip, 0.5, 1.5, container=container)
    assert [number for number in range(13, 38) if number % 3] == numbers_of(cut)


async def test_the_sound_stays_in_step(trim_file: TrimFile, numbered_clip: Path) -> None:
    cut = await trim_file(numbered_clip, 0.5, 1.5)
    # The first frame left is the one at 0.52 s.
    assert pytest.approx(first_sound(numbered_clip) - 0.52, abs=0.002) == first_sound(cut)


async def test_a_clip_knows_its_parent(workshop: Workshop, trim: Trim, numbered_clip: Path) -> None:
    video_id = await workshop.add_video(numbered_clip, title="Numbers", filename="n.mov")
    clip = await workshop.video((await trim(video_id, TrimInput(start_time=0.5, end_time=1.5))).video_id)
    assert (True, video_id, "Numbers (0.5–1.5 s)", "n-clip.mp4") == (
        clip.is_clip,
        clip.parent_video_id,
        clip.title,
        clip.filename,
    )


async def test_a_clip_bears_the_title_it_was_given(workshop: Workshop, trim: Trim, numbered_clip: Path) -> None:
    video_id = await workshop.add_video(numbered_clip)
    output = await trim(video_id, TrimInput(start_time=0, end_time=1, title="Beginning"))
    assert "Beginning" == (await workshop.video(output.video_id)).title


async def test_sound_alone_can_be_trimmed(workshop: Workshop, trim: Trim, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=2", "tone.mp3", folder=media)
    output = await trim(await workshop.add_video(media / "tone.mp3"), TrimInput(start_time=0.5, end_time=1.5))
    clip = await workshop.video(output.video_id)
    assert (0, None, "audio/mp4") == (output.frame_count, clip.video_codec, clip.content.media_type)
    assert pytest.approx(1.0, abs=0.05) == clip.duration


@pytest.mark.parametrize(
    ("start", "end", "field"), [(2.0, 2.5, "start_time"), (5, 6, "start_time"), (1.0, 2.5, "end_time")]
)
async def test_a_window_outside_the_video_is_refused(
    workshop: Workshop, trim: Trim, numbered_clip: Path, start: float, end: float, field: str
) -> None:
    with pytest.raises(PermanentError, match=f"^{field}: .* lasts 2 s") as refused:
        await trim(await workshop.add_video(numbered_clip), TrimInput(start_time=start, end_time=end))
    assert "invalid_range" == refused.value.kind


@pytest.mark.parametrize(
    ("wish", "fix"),
    [
        ({"start_time": 0, "end_time": 0.5}, "widen start_time and end_time."),
        ({"ranges": [{"start_time": 0, "end_time": 0.5}]}, "widen that one of the ranges."),
        ({"start_time": 0.5, "end_time": 1, "action": "remove"}, "let start_time and end_time take that out as well."),
        ({"ranges": [{"start_time": 0.5, "end_time": 1}], "action": "remove"}, "let ranges take that out as well."),
    ],
)
async def test_a_part_before_the_picture_begins_is_refused_in_the_words_of_the_job(
    workshop: Workshop, trim: Trim, late_picture: Path, wish: dict[str, object], fix: str
) -> None:
    video_id = await workshop.add_video(late_picture, duration=2.7)
    with pytest.raises(PermanentError, match=r"^The video has no frame between 0 and 0\.5 s: ") as refused:
        await trim(video_id, TrimInput.model_validate(wish))
    assert fix == refused.value.message.partition("s: ")[2]


async def test_a_deleted_or_unknown_video_is_refused(trim: Trim) -> None:
    with pytest.raises(PermanentError) as refused:
        await trim("vid_" + "9" * 32, TrimInput(start_time=0, end_time=1))
    assert "video_missing" == refused.value.kind
