"""What the encoder is told to do with the frames that are encoded anew, as data."""

from dataclasses import replace
from pathlib import Path

import pytest

from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex, PictureTrack
from kinolog.render.domain.partial import Renewed
from kinolog.render.domain.partial_encode import encode_work, feed_lead
from kinolog.render.domain.work import Work

PARAMETERS = "0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000468ef8fcbfdf8f800"
TRACK = PictureTrack(
    stream=0,
    ticks_per_second=30000,
    zero=0,
    zero_seconds=0.0,
    rate=(30000, 1001),
    rotation=0,
    parameters=PARAMETERS,
)
RUNS = (
    Renewed(fed_from=0, first=1, end=3, shown=(1001, 2002)),
    Renewed(fed_from=3, first=3, end=4, shown=(4004,)),
)


def index(shown: tuple[int, ...] = (0, 2002, 1001, 4004), **track: object) -> PacketIndex:
    return PacketIndex(track=replace(TRACK, **track), shown=shown, starts=(0,))  # type: ignore[arg-type]


def work(film: PacketIndex, drawing: str | None = "ass=filename=captions.ass") -> Work:
    return encode_work(film, RUNS, drawing, Path("feed.nut"), Path("runs.mp4"))


def option(words: tuple[str, ...], name: str) -> str:
    return words[words.index(name) + 1]


def test_filters_see_the_time_of_the_film_and_the_encoder_one_frame_after_the_other() -> None:
    assert (
        "settb=1/30000,setpts=PTS-2002,select=between(pts\\,1001\\,2002)+between(pts\\,4004\\,4004),"
        "ass=filename=captions.ass,settb=1001/30000,setpts=N"
    ) == option(work(index()).arguments, "-filter:v")


def test_without_a_drawing_frames_are_only_chosen() -> None:
    assert "ass" not in option(work(index(), None).arguments, "-filter:v")


@pytest.mark.parametrize(
    ("turn", "before", "after"),
    [(90, "transpose=clock", "transpose=cclock"), (180, "hflip,vflip", "hflip,vflip")],
)
def test_captions_are_drawn_on_upright_frames_that_are_then_turned_back(turn: int, before: str, after: str) -> None:
    filters = option(work(index(rotation=turn)).arguments, "-filter:v")
    assert f"{before},ass=filename=captions.ass,{after},settb" in filters


def test_nothing_is_turned_where_nothing_is_drawn() -> None:
    assert "transpose" not in option(work(index(rotation=90), None).arguments, "-filter:v")


def test_new_frames_have_the_profile_and_level_of_the_old_and_a_number_of_their_own() -> None:
    picture = work(index()).picture
    assert picture is not None
    assert ("high", "1.2") == (option(picture.extra, "-profile:v"), option(picture.extra, "-level:v"))
    assert "sps-id=1:open-gop=0:b-pyramid=none" == option(picture.extra, "-x264-params")


@pytest.mark.parametrize(
    ("shown", "words"),
    [((0, 1, 2, 3), "sps-id=1:open-gop=0:bframes=0"), ((0, 3, 2, 1), "sps-id=1:open-gop=0")],
)
def test_new_frames_are_no_further_out_of_order_than_the_old(shown: tuple[int, ...], words: str) -> None:
    picture = work(index(shown)).picture
    assert picture is not None
    assert words == option(picture.extra, "-x264-params")


def test_every_run_begins_with_a_key_frame_and_no_other_frame_before_it_is_forced() -> None:
    picture = work(index()).picture
    assert picture is not None
    assert "0.000000,0.066733" == option(picture.extra, "-force_key_frames")


def test_the_length_is_that_of_the_frames_to_encode() -> None:
    assert pytest.approx(3 * 1001 / 30000) == work(index()).seconds


@pytest.mark.parametrize(("fed_from", "expected"), [(4, True), (3, True), (2, False)])
def test_many_frames_to_decode_for_one_to_encode_are_no_light_work(fed_from: int, expected: bool) -> None:
    runs = (Renewed(fed_from=fed_from, first=4, end=5, shown=(4004,)),)
    assert expected == encode_work(index(), runs, None, Path("feed.nut"), Path("runs.mp4")).is_mostly_encoding


def test_the_feed_begins_late_enough_for_no_time_to_be_negative() -> None:
    assert 500 + 2 * 1001 == feed_lead(index((-500, 2002, 1001)))


def test_a_profile_that_the_encoder_lacks_is_refused() -> None:
    with pytest.raises(PartialRefused) as refused:
        work(index(parameters="016e" + PARAMETERS[4:]))
    assert Obstacle.CODEC is refused.value.obstacle
