"""The whole zoo through trim: frames tell which of them are left, and clicks whether the sound is in step."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, NamedTuple

import av
import pytest

from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.witness import Seen, decoded_frames, decoded_numbers, heard_clicks
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo

PICTURES: Final = sorted(name for name, specimen in SPECIMENS.items() if specimen.has_picture and name != "turned")
# Those that are not tried elsewhere in the same way.
TELLING: Final = frozenset({"edit_list", "interlaced", "long_group", "no_sound", "rotated", "variable_rate", "vp9"})
START, END = 1.13, 2.61
# Far enough from the start to be sought.
LATE_START, LATE_END = 3.13, 3.61
TWO: Final = ((0.5, 2.3), (2.61, 2.9))
# Seconds that the sound of several windows may be out of step: packets that are kept follow each other at their pace.
ENCODED_SOUND: Final = 0.001
KEPT_SOUND: Final = 512 / 44_100

RARELY: Final = pytest.mark.chaos

Trim = Callable[[str, TrimInput], Awaitable[TrimOutput]]


class Trimmed(NamedTuple):
    file: Path
    output: TrimOutput


TrimSpecimen = Callable[..., Awaitable[Trimmed]]


@pytest.fixture
def trim_specimen(trim: Trim, workshop: Workshop, zoo: Zoo) -> TrimSpecimen:
    async def run(name: str, **wish: Any) -> Trimmed:
        specimen = SPECIMENS[name]
        video_id = await workshop.add_video(zoo.film(name), duration=specimen.seconds, container=specimen.container)
        output = await trim(video_id, TrimInput(**wish))
        return Trimmed(workshop.path_of((await workshop.video(output.video_id)).content), output)

    return run


@pytest.fixture
def still_film(zoo: Zoo, tmp_path: Path) -> Path:
    """Its frame 29 is shown from 1.16 s until 2.84 s, as recorded screens are where nothing moves."""
    film = tmp_path / "still.mp4"
    coding = "-c:v libx264 -preset ultrafast -bf 2 -g 25 -force_key_frames 2.84"
    picture = f"-vf select='not(between(n,30,70))' -fps_mode vfr {coding}"
    ffmpeg(*f"-i {zoo.film('h264')} {picture} -c:a copy {film}".split(), folder=tmp_path)
    return film


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in TELLING else RARELY) for name in PICTURES])
async def test_exactly_the_frames_of_the_window_are_left(trim_specimen: TrimSpecimen, zoo: Zoo, name: str) -> None:
    cut = await trim_specimen(name, start_time=START, end_time=END)
    assert numbers_within(zoo.film(name), (START, END)) == decoded_numbers(cut.file)
    if SPECIMENS[name].has_sound:
        assert pytest.approx(lateness(zoo.film(name)), abs=0.001) == lateness(cut.file)


@pytest.mark.parametrize(
    "name",
    [
        *("hevc_10_bit", "odd_size", "open_group"),
        *(pytest.param(name, marks=RARELY) for name in ("av1", "interlaced", "rotated", "vp9")),
    ],
)
async def test_a_late_window_is_exact_though_what_precedes_it_is_not_read(
    trim_specimen: TrimSpecimen, zoo: Zoo, name: str
) -> None:
    cut = await trim_specimen(name, start_time=LATE_START, end_time=LATE_END)
    assert numbers_within(zoo.film(name), (LATE_START, LATE_END)) == decoded_numbers(cut.file)
    assert pytest.approx(lateness(zoo.film(name)), abs=0.0015) == lateness(cut.file)


@pytest.mark.parametrize(
    ("name", "most_off"),
    [
        ("transport_stream", ENCODED_SOUND),
        ("variable_rate", KEPT_SOUND),
        pytest.param("edit_list", KEPT_SOUND, marks=RARELY),
        pytest.param("vp9", ENCODED_SOUND, marks=RARELY),
    ],
)
async def test_exactly_the_frames_of_several_windows_are_left(
    trim_specimen: TrimSpecimen, zoo: Zoo, name: str, most_off: float
) -> None:
    cut = await trim_specimen(name, ranges=ranges(TWO))
    assert numbers_within(zoo.film(name), *TWO) == decoded_numbers(cut.file)
    assert pytest.approx(lateness(zoo.film(name)), abs=most_off) == lateness(cut.file)


# The clock of WebM ticks a thousand times a second.
@pytest.mark.parametrize(
    "name",
    ["av1", "vp9", *(pytest.param(name, marks=RARELY) for name in ("hevc_10_bit", "transport_stream"))],
)
async def test_a_fast_trim_copies_whole_groups_and_tells_which(
    trim_specimen: TrimSpecimen, zoo: Zoo, name: str
) -> None:
    cut = await trim_specimen(name, start_time=START, end_time=END, mode="fast")
    assert ("copy", 50) == (cut.output.method, cut.output.frame_count)
    assert numbers_within(zoo.film(name), (cut.output.start_time, cut.output.end_time)) == decoded_numbers(cut.file)
    assert pytest.approx(lateness(zoo.film(name)), abs=0.0015) == lateness(cut.file)


@pytest.mark.parametrize("name", ["h264", pytest.param("transport_stream", marks=RARELY)])
async def test_the_sound_of_a_fast_trim_lasts_as_long_as_its_picture(trim_specimen: TrimSpecimen, name: str) -> None:
    cut = await trim_specimen(name, start_time=START, end_time=END, mode="fast")
    assert pytest.approx(cut.output.end_time - cut.output.start_time, abs=0.03) == sound_end(cut.file)


async def test_a_fast_trim_keeps_what_is_heard_while_its_last_picture_stands_still(
    trim: Trim, workshop: Workshop, still_film: Path
) -> None:
    video_id = await workshop.add_video(still_film, duration=4.0)
    output = await trim(video_id, TrimInput(start_time=1.1, end_time=1.5, mode="fast"))
    made = workshop.path_of((await workshop.video(output.video_id)).content)
    assert ("copy", 1.0, 2.84) == (output.method, output.start_time, output.end_time)
    assert list(range(25, 30)) == decoded_numbers(made)
    assert pytest.approx([0.2, 0.7, 1.2, 1.7], abs=0.002) == [click.at for click in heard_clicks(made)]


async def test_a_fast_trim_of_several_windows_copies_whole_groups(trim_specimen: TrimSpecimen, zoo: Zoo) -> None:
    cut = await trim_specimen("h264", ranges=ranges([(0.1, 0.5), (2.3, 2.9)]), mode="fast")
    assert "copy" == cut.output.method
    assert [*range(25), *range(50, 75)] == decoded_numbers(cut.file)


async def test_a_fast_trim_where_groups_are_open_is_exact_and_tells_why(trim_specimen: TrimSpecimen) -> None:
    cut = await trim_specimen("open_group", start_time=START, end_time=END, mode="fast")
    assert list(range(29, 66)) == decoded_numbers(cut.file)
    assert cut.output.because.startswith("not copied, since the film's groups of pictures are not closed")


async def test_an_exact_trim_copies_all_but_the_ends(trim_specimen: TrimSpecimen) -> None:
    output = (await trim_specimen("h264", start_time=0.9, end_time=3.1)).output
    assert ("partial", "4 of 55 frames were encoded, the others are as they were") == (output.method, output.because)


async def test_what_is_removed_is_gone(trim_specimen: TrimSpecimen) -> None:
    cut = await trim_specimen("h264", ranges=ranges([(0.0, 0.4), (1.0, 3.0)]), action="remove")
    assert [*range(10, 25), *range(75, 100)] == decoded_numbers(cut.file)


async def test_a_window_before_the_sound_begins_is_silent(
    trim: Trim, workshop: Workshop, zoo: Zoo, tmp_path: Path
) -> None:
    film = tmp_path / "late.mp4"
    sources = f"-i {zoo.film('h264')} -itsoffset 0.7 -i {zoo.film('h264')}"
    ffmpeg(*f"{sources} -map 0:v -map 1:a -c copy {film}".split(), folder=tmp_path)
    output = await trim(
        await workshop.add_video(film, duration=4.7),
        TrimInput.model_validate({"ranges": ranges([(0.0, 0.4), (2.0, 3.0)])}),
    )
    made = workshop.path_of((await workshop.video(output.video_id)).content)
    assert pytest.approx([0.4 + 0.4, 0.4 + 0.9], abs=0.002) == [click.at for click in heard_clicks(made)]


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([(1.3, 3.2)], [(29, 0.0), *((number, number / 25 - 1.3) for number in range(71, 80))]),
        ([(2.0, 3.2)], [(29, 0.0), *((number, number / 25 - 2.0) for number in range(71, 80))]),
        ([(0.8, 1.6), (2.0, 2.88)], [*((number, number / 25 - 0.8) for number in range(20, 30)), (71, 1.64)]),
        ([(0.2, 0.4), (1.6, 2.4)], [*((number, number / 25 - 0.2) for number in range(5, 10)), (29, 0.2)]),
    ],
)
async def test_a_picture_that_stands_still_is_kept_with_what_is_heard_meanwhile(
    trim: Trim,
    workshop: Workshop,
    still_film: Path,
    windows: list[tuple[float, float]],
    expected: list[tuple[int, float]],
) -> None:
    output = await trim(
        await workshop.add_video(still_film, duration=4.0), TrimInput.model_validate({"ranges": ranges(windows)})
    )
    made = workshop.path_of((await workshop.video(output.video_id)).content)
    frames = decoded_frames(made)
    assert [number for number, _ in expected] == [frame.number for frame in frames]
    assert pytest.approx([at for _, at in expected], abs=0.002) == [frame.at for frame in frames]
    assert all(abs(at - click.at) < 0.002 for at, click in zip(due_clicks(windows), heard_clicks(made), strict=True))


async def test_sound_alone_keeps_several_windows(trim_specimen: TrimSpecimen) -> None:
    cut = await trim_specimen("sound_only", ranges=ranges([(0.0, 1.0), (2.0, 3.0)]))
    assert [0, 1, 4, 5] == [click.number for click in heard_clicks(cut.file)]
    assert pytest.approx([0.2, 0.7, 1.2, 1.7], abs=0.001) == [click.at for click in heard_clicks(cut.file)]


def ranges(windows: Sequence[tuple[float, float]]) -> list[dict[str, float]]:
    return [{"start_time": start, "end_time": end} for start, end in windows]


def due_clicks(windows: Sequence[tuple[float, float]]) -> list[float]:
    """When the clicks of the windows are heard that are in them as a whole."""
    lengths = accumulate((end - start for start, end in windows), initial=0.0)
    clicks = [number / 2 + 0.2 for number in range(8)]
    placed = zip(windows, lengths, strict=False)
    return [at - start + offset for (start, end), offset in placed for at in clicks if start <= at < end - 0.05]


def sound_end(file: Path) -> float:
    with av.open(str(file)) as film:
        return max((frame.time or 0.0) + frame.samples / frame.sample_rate for frame in film.decode(audio=0))


def numbers_within(file: Path, *windows: tuple[float, float]) -> list[int]:
    """Moments are told as microseconds by some containers and by a clock of their own in others."""
    frames = decoded_frames(file)
    return [frame.number for frame in frames if any(start - 1e-4 <= frame.at < end - 1e-4 for start, end in windows)]


def lateness(file: Path) -> float:
    """By how many seconds clicks are late at most, or early, as counted from the frames around them."""
    frames, clicks = decoded_frames(file), heard_clicks(file)
    return max((_late_by(click, frames) for click in clicks), key=abs)


def _late_by(click: Seen, frames: Sequence[Seen]) -> float:
    due = 25 * (click.number / 2 + 0.2)
    near = min(frames, key=lambda frame: abs(frame.number - due))
    return click.at - near.at - (due - near.number) / 25
