"""Speech becomes captions that can be read in time."""

import time
from typing import Final

import pytest

from kinolog.common.jobs.caption import Reading
from kinolog.common.subtitles import Cue
from kinolog.transcribe.domain.reading import Layout, ReadingReport, cues_of, layout_for, reading_report
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


def lines(text: str, language: str = "en") -> list[list[str]]:
    """The captions of somebody who speaks at a moderate speed."""
    cues = cues_of([spoken(text)], LAYOUT, with_words=False, language=language)
    return [cue.text.split("\n") for cue in cues]


def signs(text: str, sign_seconds: float = 0.25) -> Segment:
    """Of a script without spaces: Whisper gives a piece of one or two signs at a time."""
    words = (
        SpokenWord(text=sign, start=n * sign_seconds, end=(n + 1) * sign_seconds, probability=1)
        for n, sign in enumerate(text)
    )
    return Segment(words=tuple(words))


def test_a_caption_begins_with_its_first_word_and_lasts_until_its_last_has_been_said() -> None:
    (cue,) = cues_of([spoken("Welcome to the video.", start=2, word_seconds=0.4)], LAYOUT, with_words=False)

    assert ("Welcome to the video.", 2.0, 3.6) == (cue.text, cue.start, round(cue.end, 6))


def test_what_fits_one_line_stands_in_one() -> None:
    assert [["This is one line, and it stays one."]] == lines("This is one line, and it stays one.")


def test_a_long_line_is_broken_into_two_of_like_length() -> None:
    assert [["This sentence is too long", "to stand in a single line."]] == lines(
        "This sentence is too long to stand in a single line."
    )


def test_captions_of_one_sentence_are_of_like_length() -> None:
    cues = cues_of([spoken("word " * 30, word_seconds=0.1)], LAYOUT, with_words=False)

    assert [14, 16] == sorted(len(cue.text.split()) for cue in cues)


@pytest.mark.parametrize(
    ("said", "first_line"),
    [
        ("The quick brown fox jumped, the lazy dog just slept on.", "The quick brown fox jumped,"),
        ("I wanted to see the whole film and they wanted to go.", "I wanted to see the whole film"),
        ("We have been looking at pictures from a much older film.", "We have been looking at pictures"),
        ("You can see here that Dr. Smith has nothing more to add.", "You can see here"),
        ("Are you coming? He thought that he had asked her already.", "Are you coming?"),
    ],
)
def test_a_line_ends_where_the_sense_allows(said: str, first_line: str) -> None:
    assert first_line == lines(said)[0][0]


@pytest.mark.parametrize(
    ("language", "said", "torn"),
    [
        ("en", "Everybody in the office was waiting for the new machine to come.", {"the", "for", "in", "to"}),
        ("de", "Alle im Büro haben schon sehr lange auf die neue Maschine gewartet.", {"im", "auf", "die", "sehr"}),
        ("fr", "Tout le monde au bureau attendait depuis longtemps la nouvelle machine.", {"le", "au", "depuis", "la"}),
        ("es", "Todo el mundo en la oficina esperaba la llegada de la nueva máquina.", {"el", "en", "la", "de"}),
        ("it", "Tutti quanti in ufficio aspettavano da tempo la nuova macchina bella.", {"in", "da", "la"}),
        ("pt", "Toda a gente no escritório esperava há muito tempo pela nova máquina.", {"a", "no", "muito", "pela"}),
        ("nl", "Iedereen op het kantoor heeft heel lang op de nieuwe machine gewacht.", {"op", "het", "heel", "de"}),
    ],
)
def test_no_line_ends_with_a_word_that_belongs_to_the_next(language: str, said: str, torn: set[str]) -> None:
    ((first, _),) = lines(said, language)

    assert first.split()[-1] not in torn


def test_two_captions_are_better_than_one_whose_line_would_end_at_an_article() -> None:
    said = "Now, if you look at the screen on the left, you will see what I mean by that."

    assert ["Now, if you look", "at the screen on the left,"] == lines(said)[0]


def test_each_sentence_has_a_caption_of_its_own() -> None:
    assert [["We begin with the first of them."], ["Then we look at the second one."]] == lines(
        "We begin with the first of them. Then we look at the second one."
    )


def test_sentences_too_short_to_be_read_alone_share_a_caption() -> None:
    assert [["Yes. Of course."]] == lines("Yes. Of course.")


def test_a_long_sentence_is_shared_out_evenly() -> None:
    cues = cues_of([spoken("word " * 40, word_seconds=0.35)], LAYOUT, with_words=False)

    assert [13, 13, 14] == sorted(len(cue.text.split()) for cue in cues)


@pytest.mark.parametrize("last", ["word, really.", "word, really"])
def test_no_word_is_left_alone_in_a_caption(last: str) -> None:
    cues = cues_of([spoken("word " * 15 + last, word_seconds=0.35)], LAYOUT, with_words=False)

    assert min(len(cue.text.split()) for cue in cues) > 1


@pytest.mark.parametrize(
    "said", ["Surprisingly, he never wanted anything at all.", "He never wanted anything at all, surprisingly."]
)
def test_no_word_is_left_alone_in_a_line(said: str) -> None:
    assert min(len(line.split()) for line in lines(said)[0]) > 1


def test_a_word_that_is_a_sentence_may_have_a_line() -> None:
    assert [["Absolutely!", "He never wanted anything at all."]] == lines(
        "Absolutely! He never wanted anything at all."
    )


def test_a_pause_begins_a_new_caption() -> None:
    cues = cues_of([spoken("one two", pause_seconds=1.5)], LAYOUT, with_words=False)

    assert ["one", "two"] == texts(cues)


def test_slow_speech_is_not_held_longer_than_the_layout_says() -> None:
    cues = cues_of([spoken("a b c d e f", word_seconds=2.0)], LAYOUT, with_words=False)

    assert ["a b c", "d e f"] == texts(cues)


def test_what_is_said_too_fast_stays_in_the_silence_after_it() -> None:
    (cue,) = cues_of([spoken("Extraordinarily complicated.", word_seconds=0.2)], LAYOUT, with_words=False)

    assert 1.647 == cue.end  # 28 characters at 17 a second.


def test_it_stays_no_longer_than_the_gap_before_the_next() -> None:
    fast, following = spoken("Extraordinarily complicated.", word_seconds=0.2), spoken("Indeed so.", start=1.0)

    first, _ = cues_of([fast, following], LAYOUT, with_words=False)

    assert 0.917 == first.end


def test_it_does_not_outlast_the_video() -> None:
    (cue,) = cues_of([spoken("Bye.")], LAYOUT, with_words=False, until=0.5)

    assert 0.5 == cue.end


def test_captions_that_nobody_can_read_in_time_are_counted() -> None:
    talk = [spoken("Extraordinarily complicated.", word_seconds=0.2), spoken("Indeed so.", start=0.4)]

    report = reading_report(cues_of(talk, LAYOUT, with_words=False), LAYOUT)

    assert ReadingReport(cues=2, too_fast_to_read=1, wider_than_a_line=0) == report


def test_a_word_wider_than_a_line_is_not_cut() -> None:
    address = "https://example.org/" + "x" * 60
    cues = cues_of([spoken(f"Look at {address} today.")], LAYOUT, with_words=False)

    assert address in "\n".join(texts(cues)).split()
    assert 1 == reading_report(cues, LAYOUT).wider_than_a_line


def test_segments_are_not_joined() -> None:
    cues = cues_of([spoken("Yes."), spoken("No.", start=0.4)], LAYOUT, with_words=False)

    assert ["Yes.", "No."] == texts(cues)


def test_a_sentence_that_goes_on_in_the_next_segment_is_not_torn_there() -> None:
    talk = [spoken("And then we went to the"), spoken("station.", start=1.8)]

    assert ["And then we went to the station."] == texts(cues_of(talk, LAYOUT, with_words=False, language="en"))


def test_words_are_kept_with_their_times_when_asked_for() -> None:
    (cue,) = cues_of([spoken("Hello world.")], LAYOUT, with_words=True)

    assert [("Hello", 0.0, 0.3), ("world.", 0.3, 0.6)] == [(word.text, word.start, word.end) for word in cue.words]


def test_blank_words_are_left_out() -> None:
    assert () == cues_of([signs(" \x00")], LAYOUT, with_words=True)


def test_languages_without_spaces_keep_none() -> None:
    assert ["你好世界"] == texts(cues_of([signs("你好世界")], LAYOUT, with_words=False))


def test_a_line_holds_half_as_many_full_width_signs() -> None:
    (cue,) = cues_of([signs("一" * 30, 0.2)], LAYOUT, with_words=False)

    assert [15, 15] == [len(line) for line in cue.text.split("\n")]


@pytest.mark.parametrize(
    "said", ["一" * 20 + "、" + "一" * 30, "あ" * 20 + "っ" + "あ" * 20, "ก" * 42 + "ำ" + "ก" * 20]
)
def test_no_line_begins_with_a_mark_that_belongs_to_the_sign_before_it(said: str) -> None:
    cues = cues_of([signs(said, 0.1)], LAYOUT, with_words=False)

    assert {line[0] for cue in cues for line in cue.text.split("\n")} <= set("一あก")


def test_a_latin_word_among_chinese_signs_is_not_cut() -> None:
    cues = cues_of([signs("一" * 20 + "Kinolog" + "一" * 20, 0.1)], LAYOUT, with_words=False)

    assert any("Kinolog" in line for cue in cues for line in cue.text.split("\n"))


def test_a_job_may_want_another_layout() -> None:
    layout = layout_for(LAYOUT, Reading(line_characters=20, min_gap_seconds=0))

    assert (20, 2, 0, 7.0) == (layout.line_characters, layout.lines, layout.min_gap_seconds, layout.max_seconds)


def test_an_hour_of_speech_without_punctuation_takes_no_time_to_speak_of() -> None:
    began_at = time.process_time()

    cues_of([spoken("and so we went on to the next of them " * 500)], LAYOUT, with_words=True, language="en")

    assert time.process_time() - began_at < 5


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
