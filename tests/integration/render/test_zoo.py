"""The zoo itself: each film is what its name says, and what it shows and lets hear is known."""

from pathlib import Path
from typing import Final

import av
import pytest

from kinolog.common.testing.witness import decoded_frames, decoded_numbers, heard_clicks
from kinolog.common.testing.zoo import SCENE_COUNT, SPECIMENS, Zoo, scene_starts

PICTURES: Final = sorted(name for name, specimen in SPECIMENS.items() if specimen.has_picture and name != "turned")
SOUNDS: Final = sorted(name for name, specimen in SPECIMENS.items() if specimen.has_sound)
MISSING: Final = {"edit_list": set(range(18)), "variable_rate": {n for n in range(100) if n % 3 == 2 or n % 7 == 3}}


@pytest.mark.parametrize("name", PICTURES)
def test_every_frame_tells_its_number(zoo: Zoo, name: str) -> None:
    expected = [number for number in range(100) if number not in MISSING.get(name, set())]
    assert expected == decoded_numbers(zoo.film(name))


@pytest.mark.parametrize("name", SOUNDS)
def test_every_click_is_where_its_number_says(zoo: Zoo, name: str) -> None:
    clicks = heard_clicks(zoo.film(name))
    late_by = [click.at - click.number / 2 - 0.2 for click in clicks]
    assert list(range(8 - len(clicks), 8)) == [click.number for click in clicks]
    assert pytest.approx(late_by[0], abs=0.001) == max(late_by)


@pytest.mark.parametrize("name", sorted({*PICTURES} & {*SOUNDS} - {"edit_list"}))
def test_picture_and_sound_are_in_step(zoo: Zoo, name: str) -> None:
    first_frame, first_click = decoded_frames(zoo.film(name))[0], heard_clicks(zoo.film(name))[0]
    assert pytest.approx(0.2, abs=0.001) == first_click.at - (first_frame.at - first_frame.number / 25)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [("hevc_10_bit", "hevc", "yuv420p10le"), ("vp9", "vp9", "yuv420p"), ("av1", "av1", "yuv420p")],
)
def test_films_come_in_several_codecs(zoo: Zoo, name: str, codec: str, pixels: str) -> None:
    with av.open(str(zoo.film(name))) as film:
        context = film.streams.video[0].codec_context
        assert (codec, pixels) == (context.codec.canonical_name, context.pix_fmt)


def test_an_open_group_begins_with_frames_that_need_the_group_before(zoo: Zoo) -> None:
    assert any(_is_shown_before_its_key_frame(zoo.film("open_group")))


def test_a_closed_group_does_not(zoo: Zoo) -> None:
    assert not any(_is_shown_before_its_key_frame(zoo.film("h264")))


def test_a_long_group_has_one_key_frame_alone(zoo: Zoo) -> None:
    with av.open(str(zoo.film("long_group"))) as film:
        assert [True] == [packet.is_keyframe for packet in film.demux(video=0) if packet.is_keyframe]


@pytest.mark.parametrize(
    ("name", "is_turned", "is_interlaced"), [("rotated", True, False), ("interlaced", False, True)]
)
def test_frames_tell_how_they_are_to_be_shown(zoo: Zoo, name: str, is_turned: bool, is_interlaced: bool) -> None:
    with av.open(str(zoo.film(name))) as film:
        frame = next(film.decode(video=0))
        assert (is_turned, is_interlaced) == (frame.rotation % 180 == 90, frame.interlaced_frame)


def test_a_thousand_cuts_come_at_known_frames(zoo: Zoo) -> None:
    starts = scene_starts()
    with av.open(str(zoo.thousand_cuts())) as film:
        frame_count = film.streams.video[0].frames
    assert (SCENE_COUNT, 1_000, True) == (len(starts), len(starts) - 1, starts[-1] < frame_count)


def _is_shown_before_its_key_frame(file: Path) -> list[bool]:
    """Of each packet that follows a key frame, other than the first of the film."""
    key_frame, found = 0, []
    with av.open(str(file)) as film:
        for packet in film.demux(video=0):
            key_frame = (packet.pts or 0) if packet.is_keyframe else key_frame
            found += [packet.pts < key_frame] if packet.pts is not None else []
    return found
