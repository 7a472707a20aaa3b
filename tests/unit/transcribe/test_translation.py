"""Which texts go to a translation engine together, and what becomes of what it answers."""

from collections.abc import Iterable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue, Word
from kinolog.common.subtitles.cue import one_line
from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.reading import Layout, shared_out, wrapped
from kinolog.transcribe.domain.translation import Passages, Portion, portions, text_of, translated

LAYOUT: Final = Layout()
PASSAGES: Final = Passages(cues=6, pause_seconds=2.0)
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


def said(*texts: str, speaker: str | None = None, pause_seconds: float = 0.1) -> list[Cue]:
    """Each for a second."""
    every = 1 + pause_seconds
    return [Cue(start=n * every, end=n * every + 1, text=text, speaker=speaker) for n, text in enumerate(texts)]


def texts(cues: Iterable[Cue]) -> list[str]:
    return [cue.text for cue in cues]


def test_an_engine_sees_a_cue_as_one_line() -> None:
    assert "Hello there." == text_of([HELLO])


def test_a_sentence_is_translated_as_a_whole_over_its_cues() -> None:
    cues = said("The train to Vienna", "does not run,", 'he said."', "No.")

    passages = PASSAGES.of(cues)

    assert ['The train to Vienna does not run, he said."', "No."] == [text_of(passage) for passage in passages]


@pytest.mark.parametrize(
    "cues",
    [
        said("One,", "two", pause_seconds=2.5),
        said("One,", "- two"),
        said("[Music]", "two"),
        [*said("One,", speaker="Ada"), *said("", "two", speaker="Bob")[1:]],
        [Cue(start=0, end=2, text="One,"), Cue(start=1, end=3, text="two")],
    ],
)
def test_what_does_not_belong_together_is_translated_apart(cues: list[Cue]) -> None:
    assert 2 == len(PASSAGES.of(cues))


def test_speech_without_marks_is_not_joined_for_ever() -> None:
    assert [6, 6, 1] == [len(passage) for passage in PASSAGES.of(said(*["and then"] * 13))]


def test_a_translation_keeps_times_and_speaker_and_drops_the_words() -> None:
    (cue,) = translated([[HELLO]], ["Hallo."], LAYOUT, "de")

    assert Cue(start=1.0, end=2.5, text="Hallo.", speaker="Ada") == cue


def test_a_translated_sentence_is_shared_out_among_its_cues_at_the_sense() -> None:
    passage = said("The train to Vienna", "does not run today,", "because the line is closed.")
    sentence = "Der Zug nach Wien fährt heute nicht, weil die Strecke gesperrt ist."

    cues = translated([passage], [sentence], LAYOUT, "de")

    assert ["Der Zug nach Wien", "fährt heute nicht,", "weil die Strecke gesperrt ist."] == texts(cues)
    assert [(cue.start, cue.end) for cue in passage] == [(cue.start, cue.end) for cue in cues]


def test_a_translation_of_fewer_words_than_cues_is_shown_until_the_end() -> None:
    (cue,) = translated([said("I do", "not know.")], ["Keine-Ahnung."], LAYOUT, "de")

    assert (0.0, 2.1, "Keine-Ahnung.") == (cue.start, cue.end, cue.text)


def test_where_an_engine_says_nothing_the_text_stays() -> None:
    cues = translated([said("I do", "not know."), [HELLO]], ["", " \x00"], LAYOUT, "de")

    assert ["I do", "not know.", "Hello\nthere."] == texts(cues)


def test_what_an_engine_says_is_plain_text_on_lines_of_our_own() -> None:
    (cue,) = translated([[HELLO]], ["a\n\n00:00:01,000 --> 00:00:02,000\x00\r\nb"], LAYOUT, "de")

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
def test_every_text_goes_once_and_in_order(sent: list[str], count: int, characters: int) -> None:
    came = list(portions(sent, Portion(texts=count, characters=characters)))

    assert sent == [text for portion in came for text in portion]
    assert all(len(portion) == 1 or sum(map(len, portion)) <= characters for portion in came)


@pytest.mark.parametrize("text", ["", " \n ", "\u2060", "👩‍👩‍👧 مرحبا", "x" * 300, "- " * 500])
def test_no_word_is_lost_by_breaking_lines(text: str) -> None:
    assert "".join(text.split()) == "".join(wrapped(text, LAYOUT, "en").split())


@given(
    st.lists(st.text("abc .,-中文", max_size=30), min_size=1, max_size=8),
    st.text("abc .,-中文\u0301", max_size=200),
)
def test_a_passage_loses_no_word_and_no_moment(before: list[str], answer: str) -> None:
    passage = said(*before)

    cues = translated([passage], [answer], LAYOUT, "en")

    expected = one_line(answer) or "".join(texts(passage))
    assert "".join(expected.split()) == "".join("".join(texts(cues)).split())
    assert (passage[0].start, passage[-1].end) == (cues[0].start, cues[-1].end)


def test_sharing_out_a_very_long_text_takes_no_longer_in_the_end() -> None:
    """Of ten thousand words the square would take minutes."""
    parts = shared_out("word " * 10_000, [1.0] * 6, LAYOUT, "en")

    assert 10_000 == sum(len(part.split()) for part in parts)
