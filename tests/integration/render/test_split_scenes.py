"""Finding the scenes of real films, and cutting there."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import SplitScenesInput, SplitScenesOutput
from kinolog.common.media.inspector import Inspector
from kinolog.common.testing.clips import FRAMES_PER_SECOND, ffmpeg
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo, scene_starts
from kinolog.render import wiring
from kinolog.render.domain.curve import Curve
from kinolog.render.domain.work import Source
from kinolog.render.settings import RenderSettings

SplitScenes = Callable[..., Awaitable[SplitScenesOutput]]


@pytest.fixture
def split_scenes(workshop: Workshop) -> SplitScenes:
    async def run(video_id: str, **job: object) -> SplitScenesOutput:
        ctx = await workshop.begin("render", type="split_scenes", input_data={}, video_id=video_id)
        output = await wiring.handlers(RenderSettings())["split_scenes"](SplitScenesInput.model_validate(job), ctx)
        assert isinstance(output, SplitScenesOutput)
        await workshop.commit(ctx)
        return output

    return run


@pytest.fixture(scope="session")
def three_scenes(media: Path) -> Path:
    """Scenes of 1.0, 1.2 and 0.8 seconds, with a key frame every two seconds and nowhere else."""
    scenes = [("red", 1.0), ("blue", 1.2), ("lime", 0.8)]
    sources = ";".join(f"color=c={colour}:s=320x180:r=25:d={seconds}[{colour}]" for colour, seconds in scenes)
    graph = f"{sources};[red][blue][lime]concat=n=3,noise=alls=4:allf=t"
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-sc_threshold", "0", "-pix_fmt", "yuv420p")
    ffmpeg("-f", "lavfi", "-i", graph, *codec, "three_scenes.mp4", folder=media)
    return media / "three_scenes.mp4"


async def stored(workshop: Workshop, video_id: str) -> dict[str, Any]:
    content = (await workshop.video(video_id)).scenes
    assert content is not None
    scenes: dict[str, Any] = json.loads(await workshop.blobs.read(content))
    return scenes


def damaged(film: Path, kept_share: float, folder: Path) -> Path:
    """With nothing but zeros behind so much of it, up to its index."""
    content = film.read_bytes()
    begin, end = round(len(content) * kept_share), content.rindex(b"moov") - 8
    copy = folder / "damaged.mp4"
    copy.write_bytes(content[:begin] + bytes(end - begin) + content[end:])
    return copy


async def curve_of(file: Path, container: str, workdir: Path, **settings: object) -> Curve:
    known = RenderSettings.model_validate(settings)
    facts = (await Inspector(known).inspect(file, workdir, container=container, wants_poster=False)).facts
    source = Source(path=file, container=container)
    return await wiring.scene_meter(known).curve(source, facts, "content", workdir, lambda progress: None)


async def test_all_of_a_thousand_cuts_are_found_and_nothing_else(
    workshop: Workshop, zoo: Zoo, split_scenes: SplitScenes
) -> None:
    video_id = await workshop.add_video(zoo.thousand_cuts(), duration=480.24)
    output = await split_scenes(video_id, only_scenes=True, min_scene_len=0.3)
    found = [scene["start_frame"] for scene in (await stored(workshop, video_id))["scenes"]]
    assert (scene_starts(), 1001, ()) == (found, output.scene_count, output.clips)


@pytest.mark.parametrize("name", [pytest.param("open_group", marks=pytest.mark.chaos), "variable_rate"])
async def test_parts_measured_at_once_make_the_curve_of_an_unbroken_pass(zoo: Zoo, tmp_path: Path, name: str) -> None:
    film = (zoo.film(name), SPECIMENS[name].container, tmp_path)
    at_once = await curve_of(*film, scene_workers=2, scene_segment_seconds=1.0, scene_overlap_seconds=0.4)
    assert await curve_of(*film, scene_workers=1) == at_once


async def test_programs_stop_where_another_has_begun(zoo: Zoo, tmp_path: Path) -> None:
    film = (zoo.film("h264"), "mp4", tmp_path)
    curve = await curve_of(*film, scene_workers=2, scene_segment_seconds=1.0, scene_overlap_seconds=0.4)
    passes = [len(scores.read_bytes()) // 8 for scores in tmp_path.glob("scenes-*/*.scores")]
    assert len(passes) > 1
    assert sum(passes) <= len(curve) + (len(passes) - 1) * 0.4 * FRAMES_PER_SECOND + 1


async def test_parts_that_cannot_be_compared_are_measured_from_end_to_end(zoo: Zoo, tmp_path: Path) -> None:
    film = (zoo.film("h264"), "mp4", tmp_path)
    at_once = await curve_of(*film, scene_workers=2, scene_segment_seconds=1.0, scene_overlap_seconds=0.001)
    assert await curve_of(*film, scene_workers=1) == at_once


async def test_scenes_become_clips_that_begin_at_the_cut(
    workshop: Workshop, split_scenes: SplitScenes, three_scenes: Path
) -> None:
    video_id = await workshop.add_video(three_scenes, duration=3.0)
    output = await split_scenes(video_id, min_scene_len=0.5)
    assert [(0.0, 25), (1.0, 30), (2.2, 20)] == [(clip.start_time, clip.frame_count) for clip in output.clips]
    assert 3 == len((await stored(workshop, video_id))["scenes"]) == (await workshop.video(video_id)).scene_count


@pytest.mark.parametrize("detector", ["adaptive", "content", "hash"])
async def test_every_detector_of_cuts_finds_them(
    workshop: Workshop, split_scenes: SplitScenes, three_scenes: Path, detector: str
) -> None:
    video_id = await workshop.add_video(three_scenes, duration=3.0)
    await split_scenes(video_id, only_scenes=True, min_scene_len=0.5, detector=detector)
    found = await stored(workshop, video_id)
    assert (detector, 75) == (found["detector"], len(found["curve"]["scores"]))


@pytest.mark.parametrize(("name", "container"), [("late.mkv", "matroska"), ("late.ts", "mpegts")])
async def test_scenes_are_told_at_the_moments_of_a_film_whose_picture_begins_late(
    workshop: Workshop, split_scenes: SplitScenes, three_scenes: Path, tmp_path: Path, name: str, container: str
) -> None:
    sound, codecs = ("-f", "lavfi", "-i", "sine=d=4"), ("-c:v", "copy", "-c:a", "aac")
    ffmpeg(*sound, "-itsoffset", "1", "-i", str(three_scenes), *codecs, name, folder=tmp_path)
    video_id = await workshop.add_video(tmp_path / name, duration=4.0, container=container)
    await split_scenes(video_id, only_scenes=True, min_scene_len=0.5)
    starts = [scene["start_time"] for scene in (await stored(workshop, video_id))["scenes"]]
    assert [2.0, 3.2] == pytest.approx(starts[1:], abs=0.05)


@pytest.mark.parametrize("kept_share", [0.05, 0.6])
async def test_a_film_that_cannot_be_decoded_to_its_end_is_refused(
    workshop: Workshop, split_scenes: SplitScenes, three_scenes: Path, tmp_path: Path, kept_share: float
) -> None:
    video_id = await workshop.add_video(damaged(three_scenes, kept_share, tmp_path), duration=3.0)
    with pytest.raises(PermanentError, match="upload an undamaged") as refused:
        await split_scenes(video_id, only_scenes=True)
    assert "media_corrupt" == refused.value.kind


async def test_so_is_one_whose_frames_cannot_be_counted(
    workshop: Workshop, split_scenes: SplitScenes, three_scenes: Path, tmp_path: Path
) -> None:
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-flags", "+ildct+ilme", "-x264-params", "tff=1", "-g", "25")
    ffmpeg("-i", str(three_scenes), *codec, "-vf", "setfield=tff", "interlaced.mp4", folder=tmp_path)
    video_id = await workshop.add_video(damaged(tmp_path / "interlaced.mp4", 0.4, tmp_path), duration=3.0)
    with pytest.raises(PermanentError, match="cannot be decoded") as refused:
        await split_scenes(video_id, only_scenes=True)
    assert "media_corrupt" == refused.value.kind


async def test_a_video_without_a_picture_has_no_scenes(workshop: Workshop, zoo: Zoo, split_scenes: SplitScenes) -> None:
    video_id = await workshop.add_video(zoo.film("sound_only"), container="mp4")
    with pytest.raises(PermanentError, match="sound alone") as refused:
        await split_scenes(video_id)
    assert "media_unsupported" == refused.value.kind
