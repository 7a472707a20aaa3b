"""Which films are cut into segments, and how the segments count together."""

from dataclasses import replace

import pytest

from kinolog.common.events import BlobRef
from kinolog.render.domain.progress import EncodeProgress
from kinolog.render.domain.recipe import Recipe, Track
from kinolog.render.domain.segments_done import Finished, Progressed
from kinolog.render.domain.segments_plan import (
    Border,
    FilmCut,
    SegmentRules,
    SegmentsRefused,
    seek_options,
    stretch_recipe,
)
from kinolog.render.domain.segments_tally import Tally
from kinolog.render.domain.work import Encoded, Picture

RULES = SegmentRules(long_seconds=600, segment_seconds=180, most=64)
LONG = Recipe(
    container="mp4",
    picture=Track(stream=0, filters=("scale=640:360:flags=lanczos", "setsar=1")),
    seconds=1000,
    frame_count=25_000,
)
CUT = FilmCut(tick=(1, 100), zero_seconds=0.0, begin=0, borders=(Border(last=396, first=400),))


def test_a_long_film_is_cut_into_parts_of_about_one_length() -> None:
    RULES.refuse_unfit(LONG)
    assert (1000 / 6, 5) == (RULES.moments(1000)[0], len(RULES.moments(1000)))


def test_the_longest_film_has_no_more_segments_than_are_allowed() -> None:
    assert 63 == len(RULES.moments(86_400))


@pytest.mark.parametrize(
    "changed",
    [
        replace(LONG, seconds=599),
        replace(LONG, picture=None),
        replace(LONG, container="mpegts"),
        replace(LONG, frame_count=None),
        replace(LONG, skipped_seconds=3.0),
        replace(LONG, picture=Track(stream=0, filters=("fps=25",))),
        replace(LONG, picture_coding=Picture(bitrate_kbps=2_000)),
    ],
)
def test_what_can_only_be_encoded_from_its_beginning_stays_whole(changed: Recipe) -> None:
    with pytest.raises(SegmentsRefused):
        RULES.refuse_unfit(changed)


def test_a_segment_begins_and_ends_at_its_own_frames() -> None:
    first, second = (stretch_recipe(LONG, CUT, stretch).picture for stretch in CUT.stretches)
    assert first is not None
    assert second is not None
    assert ("trim=end_pts=400", "trim=start_pts=400") == (first.filters[0], second.filters[0])


def test_a_later_segment_is_read_from_its_key_frame_on_with_the_times_of_the_film() -> None:
    options = seek_options(CUT, CUT.stretches[1])
    assert ("-copyts", "-start_at_zero", "-noaccurate_seek", "-ss", "4.000000") == options


def test_segments_count_together_whoever_makes_them() -> None:
    reports: list[EncodeProgress] = []
    now = [0.0]
    tally = Tally((10.0, 30.0, 60.0), 3_000, reports.append, lambda: now[0])
    tally.begin((0,))
    now[0] = 5.0
    tally.listener(1)(EncodeProgress(50.0, 9.0, 1.0, 7))
    assert [EncodeProgress(25.0, 3.0, 25.0, 750)] == reports


def test_frames_made_elsewhere_count_with_the_film() -> None:
    reports: list[EncodeProgress] = []
    tally = Tally((20.0, 30.0), 100, reports.append, lambda: 0.0)
    tally.note(1, 0.5)
    tally.note(0, 1.0)
    tally.note(1, 1.0)
    assert [30, 70, 100] == [each.frame for each in reports]


def test_what_is_finished_outlives_a_crash_only_for_the_same_film() -> None:
    part = Finished(BlobRef(sha256="0" * 64, size_bytes=1, media_type="video/mp4"), Encoded(arguments=("-y",)))
    saved = Progressed("same", {"0": part}, {3: "job_1"}).checkpoint()
    assert Progressed("same", {"0": part}, {3: "job_1"}) == Progressed.resumed("same", saved)
    assert Progressed("other") == Progressed.resumed("other", saved)
