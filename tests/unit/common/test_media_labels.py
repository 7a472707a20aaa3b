"""What a file says of itself becomes plain, short and sensible, or is left out."""

from fractions import Fraction

import pytest

from kinolog.common.media.chapters import Chapter, StoredChapter, chapters_of
from kinolog.common.media.dynamic_range import dynamic_range
from kinolog.common.media.tags import plain, recorded_at, told_tags

LONG = 10_000_000


def stored(start: int, end: int, title: str = "") -> StoredChapter:
    return StoredChapter(start=start, end=end, time_base=Fraction(1, 1_000), metadata={"title": title} if title else {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A film", "A film"),
        ("  two\n lines\t", "two lines"),
        ("\x1b[31mred\x07", "[31mred"),
        ("back\u202ewards", "back wards"),
        ("half a pair \ud83d", "half a pair"),
        ("x" * LONG, "x" * 200),
        ("Grüße 🎬", "Grüße 🎬"),
    ],
    ids=["plain", "lines", "escapes", "direction", "surrogate", "long", "foreign"],
)
def test_text_is_one_plain_line(text: str, expected: str) -> None:
    assert expected == plain(text)


def test_where_a_film_was_recorded_is_not_told() -> None:
    tags = {"title": "Walk", "location": "+48.1+011.5/", "com.apple.quicktime.location.ISO6709": "+48.1+011.5/"}
    assert {"title": "Walk"} == told_tags(tags)


def test_the_maker_of_a_recording_is_told_by_one_name() -> None:
    tags = {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.model": "iPhone 15\n", "comment": "x"}
    assert {"make": "Apple", "model": "iPhone 15"} == told_tags(tags)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-06T07:08:09.000000Z", "2024-05-06T07:08:09+00:00"),
        ("2024-05-06T09:08:09+0200", "2024-05-06T07:08:09+00:00"),
        ("2024-05-06 07:08:09", "2024-05-06T07:08:09+00:00"),
        ("1904-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("yesterday", None),
        ("", None),
        ("2" * LONG, None),
    ],
)
def test_the_moment_of_recording_is_told_where_it_is_sensible(text: str, expected: str | None) -> None:
    assert expected == recorded_at({"creation_time": text})


def test_the_moment_of_recording_counts_before_that_of_an_export() -> None:
    tags = {"creation_time": "2025-01-01T00:00:00Z", "com.apple.quicktime.creationdate": "2024-05-06T09:08:09+0200"}
    assert "2024-05-06T07:08:09+00:00" == recorded_at(tags)


def test_chapters_are_told_in_order_from_the_films_first_moment() -> None:
    chapters = chapters_of([stored(3_000, 5_000, "Two\x00"), stored(1_000, 3_000)], zero=1.0, duration=9.0, most=9)
    expected = (Chapter(start=0.0, end=2.0, title=""), Chapter(start=2.0, end=4.0, title="Two"))
    assert expected == chapters


def test_chapters_are_kept_within_the_film() -> None:
    chapters = chapters_of([stored(-5_000, 2_000), stored(2_000, 2**62)], zero=0.0, duration=4.0, most=9)
    assert [(0.0, 2.0), (2.0, 4.0)] == [(chapter.start, chapter.end) for chapter in chapters]


@pytest.mark.parametrize(("start", "end"), [(2_000, 1_000), (1_000, 1_000), (4_000, 5_000), (-(2**63), -1)])
def test_chapters_that_show_nothing_are_left_out(start: int, end: int) -> None:
    assert () == chapters_of([stored(start, end)], zero=0.0, duration=4.0, most=9)


def test_more_chapters_than_are_allowed_are_left_out() -> None:
    crowd = (stored(number, number + 1) for number in range(100_000))
    assert 10 == len(chapters_of(crowd, zero=0.0, duration=1_000.0, most=10))


@pytest.mark.parametrize(
    ("transfer", "tag", "has_dolby_metadata", "expected"),
    [
        (1, "avc1", False, "sdr"),
        (2, "hvc1", False, "sdr"),
        (16, "hvc1", False, "hdr10"),
        (18, "hvc1", False, "hlg"),
        (16, "hvc1", True, "dolby_vision"),
        (2, "dvh1", False, "dolby_vision"),
    ],
)
def test_the_dynamic_range_follows_from_the_transfer_and_from_dolbys_marks(
    transfer: int, tag: str, has_dolby_metadata: bool, expected: str
) -> None:
    assert expected == dynamic_range(transfer, tag, has_dolby_metadata)
