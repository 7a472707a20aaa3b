"""Which chapters a new film has, and how an encoder is told of them."""

from kinolog.common.media.chapters import Chapter
from kinolog.common.media.facts import SoundLabel
from kinolog.render.domain.chapters import chapters_within, told_apart
from kinolog.render.domain.words import Words, written


def chapter(start: float, end: float, title: str = "") -> Chapter:
    return Chapter(start=start, end=end, title=title)


def test_a_chapter_ends_when_the_next_begins() -> None:
    assert (chapter(0, 2), chapter(2, 3)) == told_apart([chapter(0, 9), chapter(2, 3)])


def test_chapters_that_begin_together_are_one_with_both_titles() -> None:
    assert (chapter(0, 4, "Part / Scene"),) == told_apart([chapter(0, 2, "Part"), chapter(0, 4, "Scene")])


def test_a_chapter_that_is_cut_into_becomes_shorter() -> None:
    assert (chapter(0, 1), chapter(1, 3)) == chapters_within([chapter(0, 2), chapter(2, 6)], [(1, 4)])


def test_a_chapter_of_which_nothing_is_left_vanishes() -> None:
    assert (chapter(0, 1), chapter(1, 2)) == chapters_within(
        [chapter(0, 2), chapter(2, 4), chapter(4, 6)], [(1, 2), (4, 5)]
    )


def test_a_chapter_goes_on_over_what_is_taken_out_of_it() -> None:
    assert (chapter(0, 3),) == chapters_within([chapter(0, 9)], [(1, 2), (5, 7)])


def test_gaps_between_chapters_stay() -> None:
    assert (chapter(1, 2), chapter(3, 4)) == chapters_within([chapter(2, 3), chapter(4, 5)], [(1, 9)])


def test_what_strangers_wrote_is_escaped() -> None:
    words = Words(labels=(SoundLabel(language="deu", title="a=b;#\\"),), chapters=(chapter(0, 1.5, "[STREAM]\nx=1"),))
    assert [
        ";FFMETADATA1",
        *("[STREAM]", "language=deu", "title=a\\=b\\;\\#\\\\"),
        *("[CHAPTER]", "TIMEBASE=1/1000000", "START=0", "END=1500000", "title=[STREAM]\\", "x\\=1"),
    ] == written(words).splitlines()


def test_what_is_no_language_is_not_told_as_one() -> None:
    assert ";FFMETADATA1\n[STREAM]\n" == written(Words(labels=(SoundLabel(language="the one\nx"),)))


def test_a_label_that_says_nothing_is_no_words() -> None:
    assert Words(labels=(SoundLabel(is_default=True),)).is_empty
