"""Captions of cut films: what is left of them, and when it is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue, Word
from kinolog.render.domain.retime import retimed

MOMENTS = st.lists(st.integers(0, 400).map(lambda tick: tick / 4), min_size=2, max_size=12, unique=True).map(sorted)


def cue(start: float, end: float, text: str = "Hello", words: tuple[Word, ...] = ()) -> Cue:
    return Cue(start=start, end=end, text=text, words=words)


def word(start: float, end: float, text: str) -> Word:
    return Word(start=start, end=end, text=text, probability=0.9)


def test_a_cue_comes_as_much_earlier_as_is_missing_before_it() -> None:
    assert (cue(1.5, 2.5),) == retimed([cue(11.5, 12.5)], [(0, 1), (11, 14)])


def test_a_cue_is_cut_at_the_edges() -> None:
    assert (cue(0, 1),) == retimed([cue(0, 10)], [(4, 5)])


def test_a_cue_outside_is_gone() -> None:
    assert () == retimed([cue(0, 1), cue(5, 6)], [(1, 5)])


def test_a_splinter_of_a_cue_is_gone() -> None:
    assert () == retimed([cue(0, 1.05)], [(1, 5)])


def test_a_cue_that_was_as_short_before_stays() -> None:
    assert (cue(0, 0.05),) == retimed([cue(1, 1.05)], [(1, 5)])


def test_a_cue_right_over_a_cut_stays_one() -> None:
    assert (cue(0.5, 1.5),) == retimed([cue(0.5, 3.5)], [(0, 1), (3, 5)])


def test_a_cue_with_timed_words_says_those_that_are_left() -> None:
    words = (word(0, 1, "one"), word(1, 2, "two"), word(2, 3, "three"))
    assert (cue(0, 2, "two three", (word(0, 1, "two"), word(1, 2, "three"))),) == retimed(
        [cue(0, 3, "one two three", words)], [(1, 4)]
    )


@pytest.mark.parametrize(
    ("text", "left"), [("one two\nthree", "two\nthree"), ("onetwothree", "twothree"), ("One, two", "two three")]
)
def test_what_is_left_is_written_as_it_was_where_the_words_are_its_own(text: str, left: str) -> None:
    words = (word(0, 1, "one"), word(1, 2, "two"), word(2, 3, "three"))
    assert [left] == [each.text for each in retimed([cue(0, 3, text, words)], [(1, 4)])]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("one two three", "one three"),
        ("我 们 去", "我去"),
        ("ไป กัน เถอะ", "ไปเถอะ"),
        ("우리 는 간다", "우리 간다"),
        ("Oh 😀 yes", "Oh yes"),
    ],
)
@pytest.mark.parametrize("text", [None, "Others say so"])
def test_parts_are_joined_as_their_script_joins_words(said: str, left: str, text: str | None) -> None:
    words = tuple(word(n, n + 1, each) for n, each in enumerate(said.split()))
    between = " " if " " in left else ""
    (joined,) = retimed([cue(0, 3, text or between.join(said.split()), words)], [(0, 1), (2, 3)])
    assert left == joined.text


def test_who_speaks_is_kept_through_cuts() -> None:
    spoken = cue(0, 4).model_copy(update={"speaker": "Ann"})
    assert ["Ann"] * 2 == [each.speaker for each in retimed([spoken], [(0, 1), (2, 3)]) + retimed([spoken], [(1, 2)])]


def test_a_word_that_a_cut_goes_through_is_said_once() -> None:
    left = retimed([cue(0, 3, "one two", (word(0, 1.2, "one"), word(1.8, 3, "two")))], [(0, 1), (2, 3)])
    assert (cue(0, 2, "one two", (word(0, 1, "one"), word(1, 2, "two"))),) == left


@given(MOMENTS, MOMENTS)
def test_cues_stay_inside_and_in_order(of_cues: list[float], of_windows: list[float]) -> None:
    cues = [cue(start, end) for start, end in zip(of_cues[::2], of_cues[1::2], strict=False)]
    windows = list(zip(of_windows[::2], of_windows[1::2], strict=False))
    left = retimed(cues, windows)
    assert sorted(left, key=lambda each: each.start) == list(left)
    assert all(0 <= each.start <= each.end <= sum(end - start for start, end in windows) for each in left)


@given(MOMENTS)
def test_a_film_that_is_kept_whole_keeps_its_cues(moments: list[float]) -> None:
    cues = tuple(cue(start, end) for start, end in zip(moments[::2], moments[1::2], strict=False))
    assert cues == retimed(cues, [(0, 101)])
