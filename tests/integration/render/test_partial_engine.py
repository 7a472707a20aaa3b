"""Joining new packets to those of real films, and finding every fault of what was joined."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.adapters.ffmpeg import FFmpeg
from kinolog.render.adapters.hardware_coders import NO_AID, Aid
from kinolog.render.adapters.partial.engine import PartialEngine
from kinolog.render.adapters.partial.errand_file import read_errand, write_errand
from kinolog.render.adapters.partial.verifying import verify
from kinolog.render.domain.errand import Errand, Film, Places
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex
from kinolog.render.domain.partial import PartialPlan, Seconds, plan_cut, plan_overlay
from kinolog.render.domain.partial_result import PartialResult
from kinolog.render.domain.progress import EncodeProgress, OnProgress
from kinolog.render.domain.work import Encoded, Work
from kinolog.render.settings import RenderSettings

ENGINE = wiring.partial_engine(RenderSettings())
SPAN = (1.3, 1.4)
DAMAGED_PLACES = 40


def silent(phase: str, progress: EncodeProgress) -> None:
    pass


@pytest.fixture
def film(zoo: Zoo, tmp_path: Path) -> Film:
    return Film(path=zoo.film("h264"), container="mp4", workdir=tmp_path)


async def overlaid(film: Film, engine: PartialEngine = ENGINE) -> PartialResult:
    index = await engine.index(film, silent)
    return await made(film, index, plan_overlay(index, [SPAN]), engine, drawing="negate")


async def cut(film: Film, ranges: Sequence[Seconds]) -> PartialResult:
    index = await ENGINE.index(film, silent)
    return await made(film, index, plan_cut(index, ranges), ENGINE)


async def made(
    film: Film, index: PacketIndex, plan: PartialPlan, engine: PartialEngine, drawing: str | None = None
) -> PartialResult:
    encoded = await engine.encode(film, index, plan, silent, drawing=drawing)
    return await engine.join(film, index, plan, silent, encoded=encoded)


def frames_of(path: Path) -> list[tuple[float, NDArray[Any]]]:
    with av.open(str(path)) as media:
        return [(round(frame.time or 0, 3), frame.to_ndarray(format="gray")) for frame in media.decode(video=0)]


def differ(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize("name", ["variable_rate", "matroska"])
async def test_only_frames_of_the_span_and_those_behind_them_differ(zoo: Zoo, tmp_path: Path, name: str) -> None:
    film = Film(path=zoo.film(name), container=SPECIMENS[name].container, workdir=tmp_path)
    result = await overlaid(film)
    pairs = list(zip(frames_of(film.path), frames_of(result.file), strict=True))
    assert all(at == now for (at, _), (now, _) in pairs)
    changed = [at for (at, old), (_, new) in pairs if not np.array_equal(old, new)]
    assert result.encoded_frames == len(changed)
    assert {at for (at, _), _ in pairs if SPAN[0] <= at < SPAN[1]} <= set(changed)


async def test_a_film_that_is_fed_ahead_is_the_same(film: Film) -> None:
    expected = (await overlaid(film)).file.read_bytes()
    index = await ENGINE.index(film, silent, (SPAN,))
    plan = plan_overlay(index, [SPAN])
    encoded = await ENGINE.encode(film, index, plan, silent, drawing="negate", is_fed=True)
    assert expected == (await ENGINE.join(film, index, plan, silent, encoded=encoded)).file.read_bytes()


async def test_a_cut_shows_exactly_the_frames_of_its_ranges_one_after_the_other(film: Film) -> None:
    ranges = [(0.12, 0.32), (0.52, 2.52), (3.32, 4.0)]
    kept = [old for at, old in frames_of(film.path) if any(start <= at < end for start, end in ranges)]
    result = await cut(film, ranges)
    made = frames_of(result.file)
    assert [round(number / 25, 3) for number in range(len(kept))] == [at for at, _ in made]
    assert all(differ(old, new) < 2 for old, (_, new) in zip(kept, made, strict=True))


async def test_the_last_frame_of_a_cut_lasts_as_long_as_the_others(zoo: Zoo, tmp_path: Path) -> None:
    film = Film(path=zoo.film("matroska"), container="matroska", workdir=tmp_path)
    result = await cut(film, [(0.12, 1.32)])
    with av.open(str(result.file)) as media:
        assert pytest.approx(1.2, abs=0.002) == (media.duration or 0) / av.time_base


async def test_groups_that_are_kept_whole_are_copied(film: Film) -> None:
    result = await cut(film, [(1.0, 3.0)])
    assert ("copy", 0, 50) == (result.method, result.encoded_frames, result.copied_frames)


@pytest.mark.parametrize(
    ("name", "obstacle"),
    [
        ("hevc_10_bit", Obstacle.CODEC),
        ("transport_stream", Obstacle.FRAMING),
        ("interlaced", Obstacle.INTERLACED),
        ("edit_list", Obstacle.DAMAGED),
    ],
)
async def test_films_that_nothing_can_be_joined_to_are_refused(
    zoo: Zoo, tmp_path: Path, name: str, obstacle: Obstacle
) -> None:
    with pytest.raises(PartialRefused) as refused:
        await ENGINE.index(Film(path=zoo.film(name), container=SPECIMENS[name].container, workdir=tmp_path), silent)
    assert obstacle is refused.value.obstacle


@pytest.mark.parametrize(
    ("options", "obstacle"),
    [
        ("-pix_fmt yuvj420p -c:v libx264 -preset ultrafast", Obstacle.COLOUR_RANGE),
        ("-pix_fmt yuv444p -c:v libx264 -preset ultrafast", Obstacle.CODEC),
    ],
)
async def test_pictures_of_another_kind_are_refused(film: Film, options: str, obstacle: Obstacle) -> None:
    ffmpeg("-i", str(film.path), "-t", "0.5", *options.split(), "other.mp4", folder=film.workdir)
    with pytest.raises(PartialRefused) as refused:
        await ENGINE.index(replace(film, path=film.workdir / "other.mp4"), silent)
    assert obstacle is refused.value.obstacle


async def test_a_mirrored_film_is_refused(film: Film) -> None:
    words = ("-display_hflip", "-i", str(film.path), "-c", "copy", "mirrored.mp4")
    ffmpeg(*words, folder=film.workdir)
    with pytest.raises(PartialRefused) as refused:
        await ENGINE.index(replace(film, path=film.workdir / "mirrored.mp4"), silent)
    assert Obstacle.TURN is refused.value.obstacle


async def test_a_file_that_is_no_film_is_refused(film: Film) -> None:
    (film.workdir / "no.mp4").write_text("no film")
    with pytest.raises(PartialRefused) as refused:
        await ENGINE.index(replace(film, path=film.workdir / "no.mp4"), silent)
    assert Obstacle.DAMAGED is refused.value.obstacle


async def test_more_frames_than_are_kept_in_mind_are_refused(film: Film) -> None:
    engine = wiring.partial_engine(RenderSettings(partial_max_packets=99))
    with pytest.raises(PartialRefused) as refused:
        await engine.index(film, silent)
    assert Obstacle.TOO_LONG is refused.value.obstacle


async def test_changes_at_too_many_places_are_refused(film: Film) -> None:
    with pytest.raises(PartialRefused) as refused:
        await overlaid(film, wiring.partial_engine(RenderSettings(partial_max_runs=0)))
    assert Obstacle.TOO_MANY_RUNS is refused.value.obstacle


@dataclass(frozen=True, slots=True)
class FaultyEncoder(FFmpeg):
    """Damages what it has made, in the middle of its first frame."""

    async def run(self, work: Work, on_progress: OnProgress, aid: Aid = NO_AID) -> Encoded:
        encoded = await FFmpeg.run(self, work, on_progress, aid)
        content = bytearray(work.output.read_bytes())
        with av.open(str(work.output)) as media:
            packet = next(media.demux(video=0))
        begin = (packet.pos or 0) + packet.size // 2
        content[begin : begin + packet.size // 3] = bytes(packet.size // 3)
        work.output.write_bytes(content)
        return encoded


async def test_frames_that_do_not_decode_are_found_and_nothing_is_left(film: Film) -> None:
    faulty = FaultyEncoder(ENGINE.encoder.options, ENGINE.encoder.bounds)
    with pytest.raises(PartialRefused) as refused:
        await overlaid(film, PartialEngine(faulty, ENGINE.bounds))
    assert (Obstacle.DOUBT, []) == (refused.value.obstacle, list(film.workdir.glob("*.mp4")))


async def test_what_was_joined_is_told_of_before_it_was_examined(film: Film) -> None:
    faulty = PartialEngine(FaultyEncoder(ENGINE.encoder.options, ENGINE.encoder.bounds), ENGINE.bounds)
    index = await faulty.index(film, silent)
    plan = plan_overlay(index, [SPAN])
    encoded = await faulty.encode(film, index, plan, silent, drawing="negate")
    told: list[PartialResult] = []
    with pytest.raises(PartialRefused):
        await faulty.join(film, index, plan, silent, encoded=encoded, on_joined=told.append)
    assert [Places(folder=film.workdir).joined] == [result.file for result in told]


@pytest.fixture(scope="module")
def joined(zoo: Zoo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a film that was joined well."""
    folder = tmp_path_factory.mktemp("joined")
    asyncio.run(overlaid(Film(path=zoo.film("h264"), container="mp4", workdir=folder)))
    return folder


@pytest.fixture
def errand(joined: Path, tmp_path: Path) -> Errand:
    """To examine a copy of that film."""
    copytree(joined, tmp_path, dirs_exist_ok=True)
    return replace(read_errand(Places(folder=tmp_path).errand), folder=tmp_path)


def examine(errand: Errand) -> None:
    assert errand.track is not None
    assert errand.plan is not None
    verify(errand, errand.track, errand.plan, lambda percent: None)


def test_a_film_that_was_joined_well_passes(errand: Errand) -> None:
    examine(errand)


def test_a_packet_that_changed_is_found(errand: Errand) -> None:
    film = Places(folder=errand.folder).joined
    with av.open(str(film)) as media:
        place = [packet.pos or 0 for packet in media.demux(video=0) if packet.size][90]
    content = bytearray(film.read_bytes())
    content[place + 20] ^= 1
    film.write_bytes(content)
    with pytest.raises(PartialRefused, match="is not the one that it was"):
        examine(errand)


def new_bytes(errand: Errand) -> list[int]:
    """The places in the joined file of what was encoded, without the lengths in front of units."""
    assert errand.plan is not None
    with av.open(str(Places(folder=errand.folder).joined)) as media:
        packets = [packet for packet in media.demux(video=0) if packet.size]
    fresh = [packet for run in errand.plan.runs for packet in packets[run.first : run.end]]
    return [(packet.pos or 0) + offset for packet in fresh for offset in range(5, packet.size)]


def is_found_by_decoding_all(film: Path) -> bool:
    try:
        with av.open(str(film)) as media:
            media.streams.video[0].codec_context.options = {"err_detect": "explode"}
            return any(frame.is_corrupt for frame in media.decode(video=0))
    except av.FFmpegError:
        return True


def is_found(errand: Errand) -> bool:
    try:
        examine(errand)
    except PartialRefused:
        return True
    return False


def test_damage_is_found_wherever_decoding_every_frame_in_full_finds_it(errand: Errand) -> None:
    film, chance = Places(folder=errand.folder).joined, Random(7)
    sound = film.read_bytes()
    found = Counter[tuple[bool, bool]]()
    for place in chance.sample(new_bytes(errand), DAMAGED_PLACES):
        film.write_bytes(sound[:place] + bytes([sound[place] ^ 1 << chance.randrange(8)]) + sound[place + 1 :])
        found[is_found_by_decoding_all(film), is_found(errand)] += 1
    assert (0, True) == (found[True, False], found[True, True] > DAMAGED_PLACES // 2)


@pytest.mark.parametrize(
    ("options", "words"),
    [("-frames:v 90", "missing"), ("-bsf:v setts=ts=TS+N", "is not the one"), ("-frames:v 45", "not shown when")],
)
def test_frames_that_are_missing_or_moved_are_found(errand: Errand, options: str, words: str) -> None:
    film = Places(folder=errand.folder).joined
    ffmpeg("-i", str(film), "-c", "copy", *options.split(), "other.mp4", folder=errand.folder)
    film.with_name("other.mp4").replace(film)
    with pytest.raises(PartialRefused, match=words):
        examine(errand)


def test_an_errand_is_read_as_it_was_written(errand: Errand, tmp_path: Path) -> None:
    write_errand(errand, tmp_path / "copy.json")
    assert errand == read_errand(tmp_path / "copy.json")
