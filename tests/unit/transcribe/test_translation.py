"""Which texts go to a translation engine together, and what becomes of what it answers."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue, Word
from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.reading import Layout, wrapped
from kinolog.transcribe.domain.translation import Portion, portions, texts_of, translated

LAYOUT: Final = Layout()
HELLO: Final = Cue(
    start=1.0,
    end=2.5,
    text="Hello\nthere.",
    words=(
        Word(text="Hello", start=1.0, end=1.5, probability=0.9),
        Word(text="there.", start=1.5, end=2, probability=1),
    ),
    speaker="Ada",
)


def test_an_engine_sees_a_cue_as_one_line() -> None:
    assert ("Hello there.",) == texts_of([HELLO])


def test_a_translation_keeps_times_and_speaker_and_drops_the_words() -> None:
    (cue,) = translated([HELLO], ["Hallo."], LAYOUT, "de")

    assert Cue(start=1.0, end=2.5, text="Hallo.", speaker="Ada") == cue


def test_where_an_engine_says_nothing_the_text_stays() -> None:
    (cue,) = translated([HELLO], [" \x00"], LAYOUT, "de")

    assert "Hello\nthere." == cue.text


def test_what_an_engine_says_is_plain_text_on_lines_of_our_own() -> None:
    (cue,) = translated([HELLO], ["a\n\n00:00:01,000 --> 00:00:02,000\x00\r\nb"], LAYOUT, "de")

    assert "a 00:00:01,000 --> 00:00:02,000 b" == cue.text


def test_a_long_translation_is_broken_at_the_sense() -> None:
    text = "Der Zug nach Wien fährt heute leider nicht, weil die Strecke gesperrt ist."

    assert "Der Zug nach Wien fährt heute leider\nnicht, weil die Strecke gesperrt ist." == wrapped(text, LAYOUT, "de")


def test_a_script_without_spaces_is_broken_between_signs() -> None:
    lines = wrapped("今天我们来学习如何使用Kinolog给视频添加字幕并翻译成其他语言非常简单", LAYOUT, "zh").split("\n")

    assert 2 == len(lines)
    assert all(columns_of(line) <= 42 for line in lines)
    assert "Kinolog" in "|".join(lines)


def test_a_text_that_is_longer_than_a_portion_goes_alone() -> None:
    sent = list(portions(["a", "b" * 20, "c", "d", "e"], Portion(texts=2, characters=10)))

    assert [("a",), ("b" * 20,), ("c", "d"), ("e",)] == sent


@given(st.lists(st.text(max_size=30), max_size=60), st.integers(1, 7), st.integers(1, 50))
def test_every_text_goes_once_and_in_order(texts: list[str], count: int, characters: int) -> None:
    sent = list(portions(texts, Portion(texts=count, characters=characters)))

    assert texts == [text for portion in sent for text in portion]
    assert all(len(portion) == 1 or sum(map(len, portion)) <= characters for portion in sent)


@pytest.mark.parametrize("text", ["", " \n ", "\u2060", "👩‍👩‍👧 مرحبا", "x" * 300, "- " * 500])
def test_no_word_is_lost_by_breaking_lines(text: str) -> None:
    assert "".join(text.split()) == "".join(wrapped(text, LAYOUT, "en").split())
