"""Pictures and sound of stored films, real ones: what tiles show, what is heard, what becomes of the video."""

import asyncio
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness.platform import command_line
from PIL import Image

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.errors import PassingError
from kinolog.common.events import BlobRef
from kinolog.common.events.video import VideoReplaced
from kinolog.common.jobs import AnalysisPart, AnalyzeInput, AnalyzeOutput
from kinolog.common.log import load
from kinolog.common.testing import eventually
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.examples import ORIGIN, a_video
from kinolog.common.testing.witness import number_in
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import LABELLED, SPECIMENS, Zoo
from kinolog.ingest.analysis_wiring import analysis_of
from kinolog.ingest.settings import IngestSettings

EVERYTHING = frozenset(AnalysisPart)
# One tile for each whole second, which in these films begins with frame 0, 25, 50 and 75.
SECONDS = [0, 25, 50, 75]


@dataclass
class Analyst:
    """Runs the job `analyze` over one film after the other."""

    workshop: Workshop
    settings: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, film: Path, *parts: AnalysisPart, **facts: object) -> tuple[AnalyzeOutput, Video]:
        video_id = await self.workshop.add_video(film, **{"duration": 4.0, **facts})
        return await self.again(video_id, *parts)

    async def of(self, zoo: Zoo, name: str) -> tuple[AnalyzeOutput, Video]:
        specimen = (SPECIMENS | LABELLED)[name]
        return await self(
            zoo.film(name),
            container=specimen.container,
            duration=specimen.seconds,
            video_codec="any" if specimen.has_picture else None,
            audio_codec="any" if specimen.has_sound else None,
        )

    async def again(self, video_id: str, *parts: AnalysisPart) -> tuple[AnalyzeOutput, Video]:
        job = AnalyzeInput(parts=frozenset(parts) or EVERYTHING)
        ctx = await self.workshop.begin("ingest", type="analyze", queue="ingest", video_id=video_id)
        output = await analysis_of(IngestSettings(**self.settings)).analyze(job, ctx)
        await self.workshop.commit(ctx)
        return output, await self.workshop.video(video_id)


@pytest.fixture
def analyze(workshop: Workshop) -> Analyst:
    return Analyst(workshop)


@pytest.fixture
def by_key_frames(workshop: Workshop) -> Analyst:
    return Analyst(workshop, {"storyboard_exact_frames": 0})


async def test_all_parts_of_a_film_appear_with_it(analyze: Analyst, zoo: Zoo) -> None:
    output, video = await analyze.of(zoo, "h264")
    assert (tuple(AnalysisPart), ()) == (output.made, output.missing)
    assert all([video.thumbnail, video.storyboard, video.waveform, video.sound])


@pytest.mark.parametrize("name", ["h264", "long_group", "open_group", "hevc_10_bit", "vp9", "av1", "rotated"])
async def test_tiles_of_a_short_film_show_their_very_moments(
    analyze: Analyst, workshop: Workshop, zoo: Zoo, name: str
) -> None:
    _, video = await analyze.of(zoo, name)
    assert SECONDS == [number_in(tile) for tile in await tiles_of(video, workshop)]


@pytest.mark.parametrize("name", ["h264", "hevc_10_bit", "vp9", "av1", "matroska", "rotated"])
async def test_tiles_of_a_long_film_show_the_key_frames_before_their_moments(
    by_key_frames: Analyst, workshop: Workshop, zoo: Zoo, name: str
) -> None:
    _, video = await by_key_frames.of(zoo, name)
    assert SECONDS == [number_in(tile) for tile in await tiles_of(video, workshop)]


async def test_without_an_index_key_frames_are_found_as_well(
    by_key_frames: Analyst, workshop: Workshop, zoo: Zoo
) -> None:
    _, video = await by_key_frames.of(zoo, "transport_stream")
    assert SECONDS == [number_in(tile) for tile in await tiles_of(video, workshop)]


async def test_between_far_key_frames_tiles_repeat(by_key_frames: Analyst, workshop: Workshop, zoo: Zoo) -> None:
    _, video = await by_key_frames.of(zoo, "long_group")
    assert [0, 0, 0, 0] == [number_in(tile) for tile in await tiles_of(video, workshop)]


async def test_a_hidden_key_frame_is_replaced_by_the_first_one_that_is_shown(
    by_key_frames: Analyst, workshop: Workshop, zoo: Zoo
) -> None:
    _, video = await by_key_frames.of(zoo, "edit_list")
    assert 18 == pytest.approx(number_in((await tiles_of(video, workshop))[0]), abs=1)


async def test_frames_at_their_own_pace_are_found_by_their_moments(
    analyze: Analyst, workshop: Workshop, zoo: Zoo
) -> None:
    _, video = await analyze.of(zoo, "variable_rate")
    shown = [number_in(tile) for tile in await tiles_of(video, workshop)]
    assert SECONDS == pytest.approx(shown, abs=2)


@pytest.mark.parametrize(
    ("name", "size"), [("h264", (160, 90)), ("rotated", (160, 90)), ("turned", (160, 284)), ("odd_size", (160, 90))]
)
async def test_tiles_have_the_shape_of_the_film(analyze: Analyst, zoo: Zoo, name: str, size: tuple[int, int]) -> None:
    _, video = await analyze.of(zoo, name)
    assert video.storyboard is not None
    assert size == (video.storyboard.tile_width, video.storyboard.tile_height)


async def test_a_film_of_high_dynamic_range_is_shown_in_standard_range(
    analyze: Analyst, workshop: Workshop, zoo: Zoo
) -> None:
    """The same picture stored as light is brighter than paper at its brightest, and darker elsewhere."""
    _, plain = await analyze.of(zoo, "hevc_10_bit")
    _, film = await analyze.of(zoo, "hdr10")
    usual, mapped = [(await tiles_of(video, workshop))[1] for video in (plain, film)]
    assert SECONDS[1] == number_in(mapped)
    assert usual[40:].mean() != pytest.approx(mapped[40:].mean(), abs=2)


async def test_pixels_that_are_not_square_are_stretched(analyze: Analyst, tmp_path: Path) -> None:
    film = make_clip(tmp_path, "narrow.mp4", options="-vf scale=160:180,setsar=2")
    _, video = await analyze(film, AnalysisPart.STORYBOARD, duration=2.0)
    assert video.storyboard is not None
    assert (160, 90) == (video.storyboard.tile_width, video.storyboard.tile_height)


async def test_tiles_of_a_very_high_film_are_narrow(analyze: Analyst, tmp_path: Path) -> None:
    film = make_clip(tmp_path, "high.mp4", options="-vf scale=16:1280,setsar=1")
    _, video = await analyze(film, AnalysisPart.STORYBOARD, duration=2.0)
    assert video.storyboard is not None
    assert (4, 320) == (video.storyboard.tile_width, video.storyboard.tile_height)


async def test_moments_are_found_where_only_the_order_of_decoding_is_stored(
    by_key_frames: Analyst, workshop: Workshop, zoo: Zoo, tmp_path: Path
) -> None:
    """Key frames come one frame after full seconds here."""
    options = "-c:v mpeg4 -q:v 2 -g 25 -c:a mp3"
    ffmpeg("-i", str(zoo.film("h264")), *options.split(), "film.avi", folder=tmp_path)
    _, video = await by_key_frames(tmp_path / "film.avi", AnalysisPart.STORYBOARD)
    assert [0, 0, 25, 50] == [number_in(tile) for tile in await tiles_of(video, workshop)]


async def test_a_film_without_sound_lacks_what_is_made_of_sound(analyze: Analyst, zoo: Zoo) -> None:
    output, video = await analyze.of(zoo, "no_sound")
    assert (("poster", "storyboard"), ("waveform", "sound")) == (output.made, output.missing)
    assert video.storyboard is not None


async def test_sound_alone_lacks_pictures(analyze: Analyst, zoo: Zoo) -> None:
    output, video = await analyze.of(zoo, "sound_only")
    assert (("waveform", "sound"), ("poster", "storyboard")) == (output.made, output.missing)
    assert video.waveform is not None


async def test_a_part_that_is_missing_can_be_made_alone(analyze: Analyst, zoo: Zoo) -> None:
    _, video = await analyze(zoo.film("h264"), AnalysisPart.STORYBOARD)
    output, after = await analyze.again(video.id, AnalysisPart.SOUND)
    assert (("sound",), video.storyboard) == (output.made, after.storyboard)
    assert after.waveform is None


async def test_the_loudness_is_that_of_the_tone(analyze: Analyst, tmp_path: Path) -> None:
    """A sine of 997 Hz in both channels is as loud in LUFS as its peak is in dB."""
    film = sound(tmp_path, "0.070795*sin(2*PI*997*t)|0.070795*sin(2*PI*997*t)", seconds=10)
    _, video = await analyze(film, AnalysisPart.SOUND, duration=10.0, container="wav")
    assert video.sound is not None
    assert pytest.approx(-23.0, abs=0.3) == video.sound.integrated_lufs
    assert pytest.approx(-23.0, abs=0.3) == video.sound.true_peak_dbtp


async def test_the_silences_are_where_nothing_is_heard(analyze: Analyst, workshop: Workshop, tmp_path: Path) -> None:
    film = sound(tmp_path, "0.5*sin(2*PI*440*t)*(lt(t,2)+gt(t,3.5))", seconds=5)
    _, video = await analyze(film, AnalysisPart.SOUND, duration=5.0, container="wav")
    assert video.sound is not None
    [silence] = json.loads(await workshop.blobs.read(video.sound.silences))["silences"]
    assert (pytest.approx(2.0, abs=0.1), pytest.approx(3.5, abs=0.1)) == (silence["start"], silence["end"])
    assert pytest.approx(1.5, abs=0.1) == video.sound.silent_seconds


async def test_a_film_is_silent_where_its_sound_has_ended(analyze: Analyst, workshop: Workshop, tmp_path: Path) -> None:
    film = sound(tmp_path, "0.5*sin(2*PI*440*t)", seconds=2)
    _, video = await analyze(film, AnalysisPart.SOUND, duration=6.0, container="wav")
    assert video.sound is not None
    assert pytest.approx(4.0, abs=0.1) == video.sound.silent_seconds


@pytest.mark.parametrize(("name", "container"), [("late.mkv", "matroska"), ("late.ts", "mpegts")])
async def test_sound_that_begins_later_is_in_step_with_the_picture(
    analyze: Analyst, workshop: Workshop, zoo: Zoo, tmp_path: Path, name: str, container: str
) -> None:
    tone = sound(tmp_path, "0.5*sin(2*PI*440*t)", seconds=1.5)
    inputs = ("-i", str(zoo.film("no_sound")), "-itsoffset", "1.5", "-i", str(tone))
    ffmpeg(*inputs, "-c:v", "copy", "-c:a", "aac", name, folder=tmp_path)
    _, video = await analyze(tmp_path / name, AnalysisPart.SOUND, container=container)
    assert video.sound is not None
    silences = json.loads(await workshop.blobs.read(video.sound.silences))["silences"]
    assert [(0.0, 1.5), (3.0, 4.0)] == [pytest.approx((each["start"], each["end"]), abs=0.1) for each in silences]


async def test_of_silence_no_loudness_can_be_said(analyze: Analyst, tmp_path: Path) -> None:
    film = sound(tmp_path, "0", seconds=2)
    _, video = await analyze(film, AnalysisPart.SOUND, duration=2.0, container="wav")
    assert video.sound is not None
    assert (None, None, None) == (
        video.sound.integrated_lufs,
        video.sound.range_lu,
        video.sound.true_peak_dbtp,
    )


async def test_peaks_follow_the_sound(analyze: Analyst, workshop: Workshop, tmp_path: Path) -> None:
    film = sound(tmp_path, "0.5*sin(2*PI*440*t)*lt(t,1)", seconds=2)
    _, video = await analyze(film, AnalysisPart.WAVEFORM, duration=2.0, container="wav")
    assert video.waveform is not None
    told = json.loads(await workshop.blobs.read(video.waveform.content))
    assert (2, 1, 8, 200) == (told["version"], told["channels"], told["bits"], told["length"])
    assert [-64, 64] == pytest.approx([min(told["data"][:200]), max(told["data"][:200])], abs=1)
    assert {0} == set(told["data"][204:])


async def test_the_waveform_is_drawn_over_nothing(analyze: Analyst, workshop: Workshop, tmp_path: Path) -> None:
    film = sound(tmp_path, "0.5*sin(2*PI*440*t)*lt(t,1)", seconds=2)
    _, video = await analyze(film, AnalysisPart.WAVEFORM, duration=2.0, container="wav")
    assert video.waveform is not None
    drawn = Image.open(io.BytesIO(await workshop.blobs.read(video.waveform.picture)))
    opaque = np.asarray(drawn)[..., 3].astype(bool).sum(axis=0)
    assert ((1800, 280), True, True) == (drawn.size, opaque[400] in range(130, 150), 0 < opaque[1400] < 8)


async def test_progress_goes_on_to_the_end(analyze: Analyst, workshop: Workshop, zoo: Zoo) -> None:
    await analyze.of(zoo, "h264")
    assert "store" == workshop.phases[-1]


async def test_a_video_that_got_another_file_is_analyzed_anew(
    analyze: Analyst, workshop: Workshop, zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    video_id = await workshop.add_video(zoo.film("h264"), duration=4.0)
    ctx = await workshop.begin("ingest", type="analyze", queue="ingest", video_id=video_id)
    attempt = asyncio.create_task(analysis_of(IngestSettings()).analyze(AnalyzeInput(), ctx))
    await asyncio.sleep(0)
    await replace(workshop, video_id)
    with pytest.raises(PassingError, match="another file") as refused:
        await attempt
    assert ("video_changed", ()) == (refused.value.kind, ctx.changes)


async def test_a_cancelled_analysis_leaves_no_process(analyze: Analyst, workshop: Workshop, tmp_path: Path) -> None:
    film = sound(tmp_path, "0.5*sin(2*PI*440*t)", seconds=600)
    attempt = asyncio.create_task(analyze(film, AnalysisPart.SOUND, duration=600.0, container="wav"))
    await eventually(lambda: processes_with(str(workshop.folder)), within=30)
    attempt.cancel()
    async with asyncio.timeout(2):
        await asyncio.wait([attempt])
    assert [] == processes_with(str(workshop.folder))


def processes_with(word: str) -> list[str]:
    return [
        entry.name
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and word in command_line(int(entry.name))
    ]


async def tiles_of(video: Video, workshop: Workshop) -> list[np.ndarray]:
    board = video.storyboard
    assert board is not None
    sheet = np.asarray(Image.open(io.BytesIO(await workshop.blobs.read(board.content))).convert("L"))
    assert (board.rows * board.tile_height, board.columns * board.tile_width) == sheet.shape
    places = [divmod(tile, board.columns) for tile in range(board.tile_count)]
    height, width = board.tile_height, board.tile_width
    return [sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] for row, column in places]


def sound(folder: Path, expression: str, seconds: float) -> Path:
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{expression}':s=48000:d={seconds}", "sound.wav", folder=folder)
    return folder / "sound.wav"


async def replace(workshop: Workshop, video_id: str) -> None:
    other = a_video(content=BlobRef(sha256="1" * 64, size_bytes=1_000)).model_dump()
    replaced = VideoReplaced.model_validate({name: other[name] for name in VideoReplaced.model_fields if name in other})
    await workshop.log.append((await load(workshop.log, VIDEO, video_id)).changes(replaced), ORIGIN)
