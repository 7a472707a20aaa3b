"""What nobody said is left out and reported; what people do say stays, however odd."""

import json
import time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.events.caption import Dropped
from kinolog.transcribe.domain.doubt import Rules, Sifted, counted, report_json, sift
from kinolog.transcribe.domain.reading import ReadingReport
from kinolog.transcribe.domain.transcript import Segment, SpokenWord

RULES: Final = Rules()
UNSURE: Final = {"average_log_probability": -1.2}
SHRINKS: Final = {"compression_ratio": 3.0}


def said(text: str, start: float = 0.0, *, word_seconds: float = 0.3, **marks: float) -> Segment:
    words = [
        SpokenWord(
            text=f" {word}",
            start=round(start + n * word_seconds, 3),
            end=round(start + (n + 1) * word_seconds, 3),
            probability=0.9,
        )
        for n, word in enumerate(text.split())
    ]
    return Segment(words=tuple(words), **marks)


def in_a_row(*texts: str, pause_seconds: float = 0.0, word_seconds: float = 0.3, **marks: float) -> list[Segment]:
    segments, now = list[Segment](), 0.0
    for text in texts:
        segments.append(said(text, now, word_seconds=word_seconds, **marks))
        now = segments[-1].end + pause_seconds
    return segments


def texts(sifted: Sifted) -> list[str]:
    return [segment.text for segment in sifted.kept]


def reasons(sifted: Sifted) -> list[str]:
    return [stretch.reason for stretch in sifted.dropped]


@pytest.mark.parametrize(
    "segments",
    [
        in_a_row("I see it.", "I see it.", "I see it.", "Thanks."),
        in_a_row(*["We will rock you."] * 8, **SHRINKS),
        in_a_row(*["And that is what we sang when we met again."] * 6, **SHRINKS),
        in_a_row(*["We will rock you."] * 20),
        in_a_row(*["Come back to me."] * 20, pause_seconds=2, **SHRINKS),
        in_a_row(*["Yes.", "No."] * 5),
        in_a_row("No no no no no no no no, not like that!"),
        in_a_row(*["Hey hey hey."] * 10, **SHRINKS),
        in_a_row("La la la la la la la la la la la la la la la", **SHRINKS, no_speech_probability=0.8),
        in_a_row("One two three four five six seven eight nine ten eleven twelve"),
        in_a_row("very very very very very good", **UNSURE),
        in_a_row("Thanks for watching, and see you tomorrow."),
        in_a_row("Thanks for watching.", no_speech_probability=0.9, average_log_probability=-0.3),
        in_a_row("Something mumbled.", **UNSURE),
        in_a_row("Somebody sings very far away.", no_speech_probability=0.9, average_log_probability=-0.6),
        in_a_row("Yes I do.", word_seconds=0.01),
        in_a_row("And now the man who sells these horses will speak as fast as he can.", word_seconds=0.14),
        [said("I love it."), said("I love it.", 0.9), said("Really.", 1.0)],
        [said("Go there now."), said("I will not.", 0.2)],
    ],
    ids=lambda segments: segments[0].text[:30],
)
def test_what_people_say_stays(segments: list[Segment]) -> None:
    assert Sifted(tuple(segments)) == sift(segments, RULES)


def test_a_line_that_is_repeated_faster_than_anybody_speaks_is_said_once() -> None:
    sifted = sift(in_a_row("So.", *["I am going home."] * 6, "Right.", word_seconds=0.1), RULES)

    assert (["So.", "I am going home.", "Right."], ["repeated"] * 5) == (texts(sifted), reasons(sifted))


def test_a_line_that_the_model_repeats_unsurely_is_said_once() -> None:
    assert ["I am going home."] == texts(sift(in_a_row(*["I am going home."] * 4, **UNSURE), RULES))


def test_a_line_that_is_repeated_without_end_is_said_once() -> None:
    assert ["I am going home."] == texts(sift(in_a_row(*["I am going home."] * 12, **SHRINKS), RULES))


def test_lines_that_take_turns_are_a_loop_too() -> None:
    sifted = sift(in_a_row(*["Is it so?", "It is."] * 4, **UNSURE), RULES)

    assert (["Is it so?", "It is."], 6) == (texts(sifted), len(sifted.dropped))


def test_a_repetition_in_other_letters_is_one_too() -> None:
    assert ["Go home!"] == texts(sift(in_a_row("Go home!", "go home", "Go home.", "GO HOME", **UNSURE), RULES))


def test_a_phrase_that_loops_within_a_segment_is_said_once() -> None:
    (stretch,) = sift([said("Well, " + "I love you " * 5 + "goodbye.", **UNSURE)], RULES).dropped

    assert ("repeated", "I love you I love you I love you I love you") == (stretch.reason, stretch.text)
    assert (1.2, 4.8) == (stretch.start, stretch.end)


def test_a_phrase_of_signs_without_spaces_loops_too() -> None:
    words = (
        SpokenWord(text=sign, start=n / 5, end=(n + 1) / 5, probability=1) for n, sign in enumerate("ありがとう" * 6)
    )

    assert ["ありがとう"] == texts(sift([Segment(words=tuple(words), average_log_probability=-1.5)], RULES))


def test_the_words_around_a_loop_stay() -> None:
    sifted = sift([said("Well, " + "I love you " * 5 + "goodbye.", **UNSURE)], RULES)

    assert ["Well, I love you goodbye."] == texts(sifted)


def test_a_loop_that_the_end_of_the_window_breaks_off_goes_to_its_end() -> None:
    assert ["I love you"] == texts(sift([said("I love you " * 5 + "I love", **UNSURE)], RULES))


def test_a_sentence_that_nobody_could_say_in_its_time_is_dropped() -> None:
    segment = said("This is far too much text for so short a moment, is it not?", word_seconds=0.05)

    assert ((), ["too_fast"]) == (sift([segment], RULES).kept, reasons(sift([segment], RULES)))


def test_full_width_signs_take_twice_as_long_to_say() -> None:
    words = (SpokenWord(text=chr(ord("一") + n), start=n * 0.04, end=(n + 1) * 0.04, probability=1) for n in range(30))
    segment = Segment(words=tuple(words))

    assert ["too_fast"] == reasons(sift([segment], RULES))


def test_unsure_words_where_nobody_speaks_are_dropped() -> None:
    assert ["no_speech"] == reasons(sift([said("Thank you.", no_speech_probability=0.7, **UNSURE)], RULES))


@pytest.mark.parametrize(
    "text",
    ["Thanks for watching!", "Untertitelung des ZDF, 2020", "Subtitles by the Amara.org community", "字幕由 志愿者"],
)
def test_credits_need_less_doubt_where_nobody_speaks(text: str) -> None:
    segment = said(text, no_speech_probability=0.7, average_log_probability=-0.6)

    assert ["no_speech"] == reasons(sift([segment], RULES))


@pytest.mark.parametrize("part_start", [0.65, -0.05])
def test_the_same_words_heard_twice_are_said_once(part_start: float) -> None:
    whole, part = said("and then we went home", 1), said("then we", 1 + part_start)

    sifted = sift(sorted([whole, part], key=lambda segment: segment.start), RULES)

    assert (["and then we went home"], ["overlapping"]) == (texts(sifted), reasons(sifted))


def test_what_was_dropped_is_counted_by_its_reason() -> None:
    segments = [*in_a_row(*["I am going home."] * 4, **UNSURE), said("Hm.", 9, no_speech_probability=1, **UNSURE)]

    assert Dropped(repeated=3, no_speech=1) == counted(sift(segments, RULES).dropped)


def test_the_report_tells_what_was_dropped_and_what_is_hard_to_read() -> None:
    dropped = sift([said("Dañke.", no_speech_probability=1, **UNSURE)], RULES).dropped

    report = json.loads(report_json(dropped, ReadingReport(cues=3, too_fast_to_read=1, wider_than_a_line=0)))

    assert [{"start": 0.0, "end": 0.3, "text": "Dañke.", "reason": "no_speech"}] == report["dropped"]
    assert {"cues": 3, "too_fast_to_read": 1, "wider_than_a_line": 0} == report["reading"]


MARKS = st.fixed_dictionaries(
    {
        "no_speech_probability": st.floats(0, 1),
        "average_log_probability": st.floats(-2, 0),
        "compression_ratio": st.floats(0.5, 4),
        "word_seconds": st.sampled_from([0.0, 0.02, 0.3]),
    }
)
TALKS = st.lists(st.tuples(st.lists(st.sampled_from("ab♪."), min_size=1, max_size=40), MARKS), max_size=12)


@given(TALKS)
def test_all_that_was_heard_is_either_kept_or_reported(talk: list[tuple[list[str], dict[str, float]]]) -> None:
    segments = [said(" ".join(words), n, **marks) for n, (words, marks) in enumerate(talk)]

    sifted = sift(segments, RULES)

    kept = [word for segment in sifted.kept for word in segment.words]
    heard = [word for segment in segments for word in segment.words]
    assert len(heard) == len(kept) + sum(len(stretch.text.split()) for stretch in sifted.dropped)
    rest = iter(heard)
    assert all(word in rest for word in kept)


def test_a_long_film_is_sifted_in_no_time_to_speak_of() -> None:
    segments = in_a_row(*["and so we went on and on to the next of them"] * 5_000)
    began_at = time.process_time()

    sift(segments, RULES)

    assert time.process_time() - began_at < 5
