"""Speech becomes captions that can be read in time."""

from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue
from kinolog.transcribe.domain.reading import Layout, cues_of
from kinolog.transcribe.domain.transcript import Segment, SpokenWord, caption_filename

LAYOUT: Final = Layout()


def spoken(text: str, *, start: float = 0.0, word_seconds: float = 0.3, pause_seconds: float = 0.0) -> Segment:
    """Each word takes `word_seconds`, and `pause_seconds` follow it."""
    every = word_seconds + pause_seconds
    return Segment(
        words=tuple(
            SpokenWord(text=f" {word}", start=start + n * every, end=start + n * every + word_seconds, probability=0.9)
            for n, word in enumerate(text.split())
        )
    )


def texts(cues: tuple[Cue, ...]) -> list[str]:
    return [cue.text for cue in cues]


def test_a_short_sentence_is_one_caption_that_lasts_from_its_first_to_its_last_word() -> None:
    (cue,) = cues_of([spoken("Welcome to the video.", start=2)], LAYOUT, with_words=False)

    assert ("Welcome to the video.", 2.0, 3.2) == (cue.text, cue.start, round(cue.end, 6))


def test_a_long_line_is_broken_into_two_of_like_length() -> None:
    cues = cues_of([spoken("This sentence is too long to stand in a single line.")], LAYOUT, with_words=False)

    assert ["This sentence is too long\nto stand in a single line."] == texts(cues)


def test_what_does_not_fit_two_lines_goes_into_the_next_caption() -> None:
    cues = cues_of([spoken("word " * 30, word_seconds=0.1)], LAYOUT, with_words=False)

    assert [16, 14] == [len(cue.text.split()) for cue in cues]


def test_a_pause_begins_a_new_caption() -> None:
    cues = cues_of([spoken("one two", pause_seconds=1.5)], LAYOUT, with_words=False)

    assert ["one", "two"] == texts(cues)


def test_slow_speech_is_not_held_longer_than_the_layout_says() -> None:
    cues = cues_of([spoken("a b c d e f", word_seconds=2.0)], LAYOUT, with_words=False)

    assert ["a b c", "d e f"] == texts(cues)


def test_segments_are_never_joined() -> None:
    cues = cues_of([spoken("Yes."), spoken("No.", start=0.4)], LAYOUT, with_words=False)

    assert ["Yes.", "No."] == texts(cues)


def test_words_are_kept_with_their_times_when_asked_for() -> None:
    (cue,) = cues_of([spoken("Hello world.")], LAYOUT, with_words=True)

    assert [("Hello", 0.0, 0.3), ("world.", 0.3, 0.6)] == [(word.text, word.start, word.end) for word in cue.words]


def test_languages_without_spaces_keep_none() -> None:
    words = tuple(SpokenWord(text=sign, start=n, end=n + 0.5, probability=1) for n, sign in enumerate("你好世界"))

    assert ["你好世界"] == texts(cues_of([Segment(words=words)], LAYOUT, with_words=False))


@given(st.lists(st.text("abc-.", min_size=1, max_size=60), max_size=40), st.floats(0, 3), st.floats(0, 2))
def test_no_word_is_lost_and_no_caption_overlaps_the_next(words: list[str], lasts: float, pause: float) -> None:
    segment = spoken(" ".join(words), word_seconds=lasts, pause_seconds=pause)

    cues = cues_of([segment], LAYOUT, with_words=False)

    assert "".join(words) == "".join("".join(cue.text.split()) for cue in cues)
    assert all(before.end <= after.start + 1e-9 for before, after in pairwise(cues))


@pytest.mark.parametrize(
    ("video", "caption"),
    [
        ("film.mp4", "film.de.srt"),
        ("../../etc/passwd", "passwd.de.srt"),
        ("a.b.mkv", "a.b.de.srt"),
        ("x" * 251 + ".mp4", "x" * 200 + ".de.srt"),
        ("/", "captions.de.srt"),
    ],
)
def test_a_caption_is_named_after_its_video(video: str, caption: str) -> None:
    assert caption == caption_filename(video, "de")
