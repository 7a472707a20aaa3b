"""What edits do to cues, and that words keep their times where they can."""

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kinolog.common.errors import Refused
from kinolog.common.subtitles import Cue, Word
from kinolog.common.subtitles.difference import differences
from kinolog.common.subtitles.edits import CueEdit, edited

EDITS: TypeAdapter[list[CueEdit]] = TypeAdapter(list[CueEdit])


def word(text: str, start: float, end: float) -> Word:
    return Word(text=text, start=start, end=end, probability=0.9)


HELLO = Cue(
    start=0.0, end=2.0, text="Hello there", words=(word("Hello", 0.0, 0.5), word("there", 1.2, 2.0)), speaker="Ann"
)
BYE = Cue(start=3.0, end=4.0, text="Good bye")


def after(*edits: dict[str, Any], cues: tuple[Cue, ...] = (HELLO, BYE)) -> tuple[Cue, ...]:
    return edited(cues, EDITS.validate_python(list(edits)))


def test_as_many_words_as_before_keep_their_times() -> None:
    changed = after({"op": "text", "cue": 0, "text": "Hallo here"})[0]
    assert [("Hallo", 0.0, 0.5), ("here", 1.2, 2.0)] == [(each.text, each.start, each.end) for each in changed.words]


def test_another_number_of_words_has_no_times() -> None:
    assert () == after({"op": "text", "cue": 0, "text": "Hello"})[0].words


def test_a_cue_is_split_between_the_words_around_the_moment() -> None:
    first, second = after({"op": "split", "cue": 0, "at": 1.0})[:2]
    assert ((0.0, 1.0, "Hello"), (1.0, 2.0, "there")) == (
        (first.start, first.end, first.text),
        (second.start, second.end, second.text),
    )


def test_without_times_of_words_the_text_is_shared_out_by_time() -> None:
    cues = (Cue(start=0.0, end=4.0, text="one two three four"),)
    assert ["one", "two three four"] == [cue.text for cue in after({"op": "split", "cue": 0, "at": 1.0}, cues=cues)]


def test_merged_cues_last_from_the_first_to_the_last() -> None:
    (whole,) = after({"op": "merge", "cue": 0})
    assert (0.0, 4.0, "Hello there\nGood bye", ()) == (whole.start, whole.end, whole.text, whole.words)


def test_a_shift_moves_the_words_too() -> None:
    shifted = after({"op": "shift", "seconds": 1.5, "end": 1})
    assert (1.5, 2.7, 3.0) == (shifted[0].start, shifted[0].words[1].start, shifted[1].start)


def test_words_are_drawn_to_new_times() -> None:
    changed = after({"op": "time", "cue": 0, "start": 0.2, "end": 1.5})[0]
    assert [(0.2, 0.5), (1.2, 1.5)] == [(each.start, each.end) for each in changed.words]


@pytest.mark.parametrize(
    ("edit", "texts"),
    [
        ({"find": "hello", "text": "Hi"}, ["Hi there", "Good bye"]),
        ({"find": "hello", "text": "Hi", "match_case": True}, ["Hello there", "Good bye"]),
        ({"find": "he", "text": "x"}, ["xllo txre", "Good bye"]),
        ({"find": "he", "text": "x", "whole_words": True}, ["Hello there", "Good bye"]),
        ({"find": ".", "text": r"\1"}, ["Hello there", "Good bye"]),
    ],
)
def test_what_is_found_is_replaced_literally(edit: dict[str, Any], texts: list[str]) -> None:
    assert texts == [cue.text for cue in after({"op": "replace", **edit})]


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "text", "cue": 0, "text": "Bye"},
        {"op": "time", "cue": 0, "end": 1.0},
        {"op": "split", "cue": 0, "at": 1.0},
        {"op": "merge", "cue": 0},
        {"op": "shift", "seconds": 1.0},
        {"op": "replace", "find": "there", "text": "you all"},
        {"op": "delete", "cue": 1},
    ],
)
def test_who_speaks_is_kept(edit: dict[str, Any]) -> None:
    assert all("Ann" == cue.speaker for cue in after(edit) if cue.text != BYE.text)


def test_both_halves_of_a_split_have_the_speaker() -> None:
    assert ["Ann", "Ann", None] == [cue.speaker for cue in after({"op": "split", "cue": 0, "at": 1.0})]


@pytest.mark.parametrize(
    ("speakers", "speaker"),
    [(("Ann", "Ann"), "Ann"), (("Ann", None), "Ann"), (("Ann", "Bob"), "Ann, Bob"), (("x" * 99, "Bob"), "x" * 99)],
)
def test_all_who_speak_in_merged_cues_are_the_speaker(speakers: tuple[str | None, ...], speaker: str) -> None:
    cues = tuple(BYE.model_copy(update={"speaker": each}) for each in speakers)
    assert [speaker] == [cue.speaker for cue in after({"op": "merge", "cue": 0}, cues=cues)]


@pytest.mark.parametrize(
    ("edit", "speakers"),
    [
        ({"cue": 1, "speaker": " Bob  Ross\n"}, ["Ann", "Bob Ross"]),
        ({"cue": 0, "count": 2, "speaker": "Eve"}, ["Eve", "Eve"]),
        ({"cue": 0, "speaker": None}, [None, None]),
        ({"cue": 0, "speaker": " "}, [None, None]),
    ],
)
def test_speakers_are_named(edit: dict[str, Any], speakers: list[str | None]) -> None:
    assert speakers == [cue.speaker for cue in after({"op": "speaker", **edit})]


def test_an_inserted_cue_has_its_speaker() -> None:
    assert "Bob" == after({"op": "insert", "start": 9, "end": 9, "text": "x", "speaker": "Bob"})[-1].speaker


def test_cues_come_out_in_order_of_time() -> None:
    cues = after({"op": "insert", "start": 2.1, "end": 2.5, "text": "between"}, {"op": "delete", "cue": 0})
    assert ["between", "Good bye"] == [cue.text for cue in cues]


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"op": "text", "cue": 2, "text": "x"}, "edits/0/cue"),
        ({"op": "merge", "cue": 1}, "edits/0/cue"),
        ({"op": "delete", "cue": 0, "count": 3}, "edits/0/cue"),
        ({"op": "split", "cue": 0, "at": 2.0}, "edits/0/at"),
        ({"op": "time", "cue": 0, "start": 5.0}, "edits/0/end"),
        ({"op": "shift", "seconds": -1.0}, "edits/0/seconds"),
        ({"op": "speaker", "cue": 0, "count": 3, "speaker": "x"}, "edits/0/cue"),
    ],
)
def test_what_cannot_be_is_refused_naming_the_edit(edit: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        after(edit)
    assert field == refused.value.field


def test_replacements_of_replacements_end_where_a_text_gets_too_long() -> None:
    with pytest.raises(Refused, match="more than 2000 characters") as refused:
        after(*[{"op": "replace", "find": "e", "text": "e" * 200}] * 5)
    assert "edits/1/text" == refused.value.field


def test_a_merge_ends_where_a_text_gets_too_long() -> None:
    with pytest.raises(Refused, match="more than 2000 characters"):
        after({"op": "merge", "cue": 0}, cues=(Cue(start=0, end=1, text="x" * 1_500),) * 2)


def test_edits_that_go_through_too_many_cues_are_refused_before_they_begin() -> None:
    with pytest.raises(Refused, match="several requests") as refused:
        after(*[{"op": "replace", "find": "x", "text": "y"}] * 1_000, cues=(BYE,) * 2_001)
    assert "edits" == refused.value.field


def test_no_edit_makes_more_cues_than_a_caption_has() -> None:
    with pytest.raises(Refused, match="100000 cues at most"):
        after({"op": "insert", "start": 9, "end": 9, "text": "x"}, cues=(BYE,) * 100_000)


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "exec"},
        {"op": "text", "cue": -1, "text": "x"},
        {"op": "insert", "start": 2},
        {"op": "speaker", "cue": 0},
        {"op": "speaker", "cue": 0, "speaker": "x" * 101},
    ],
)
def test_what_is_no_edit_is_no_edit(edit: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EDITS.validate_python([edit])


@given(st.floats(0, 100), st.floats(0.2, 3.8))
def test_a_split_and_a_merge_leave_the_times_as_they_were(start: float, offset: float) -> None:
    cue = Cue(start=start, end=start + 4, text="one two three")
    (whole,) = after({"op": "split", "cue": 0, "at": start + offset}, {"op": "merge", "cue": 0}, cues=(cue,))
    assert (cue.start, cue.end, cue.text.split()) == (whole.start, whole.end, whole.text.split())


def test_differences_name_the_places_before_and_after() -> None:
    changed = after({"op": "text", "cue": 1, "text": "Bye"}, {"op": "insert", "start": 9, "end": 9, "text": "."})
    found = [
        (each.before and each.before[0], each.after and each.after[0]) for each in differences((HELLO, BYE), changed)
    ]
    assert [(1, 1), (None, 2)] == found


def test_another_speaker_is_a_difference() -> None:
    changed = after({"op": "speaker", "cue": 0, "speaker": "Bob"})
    assert [((0, HELLO), (0, changed[0]))] == [(each.before, each.after) for each in differences((HELLO, BYE), changed)]


few_cues = st.lists(st.integers(0, 3).map(lambda number: Cue(start=number, end=number, text="x")), max_size=8)


@given(few_cues, few_cues)
def test_differences_lead_from_one_text_to_the_other(before: list[Cue], now: list[Cue]) -> None:
    found = list(differences(before, now))
    removed = {each.before[0] for each in found if each.before}
    added = {each.after[0] for each in found if each.after}
    kept = [cue for place, cue in enumerate(before) if place not in removed]
    assert kept == [cue for place, cue in enumerate(now) if place not in added]


@given(st.permutations(range(7)))
def test_as_much_as_possible_is_the_same(order: list[int]) -> None:
    cues = [Cue(start=number, end=number, text="x") for number in range(7)]
    found = list(differences(cues, [cues[number] for number in order]))
    longest = max(len(run) for run in subsequences(order) if list(run) == sorted(run))
    assert 7 - longest == sum(each.after is not None for each in found)


def subsequences(order: list[int]) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(order, size) for size in range(len(order) + 1))


def test_many_changes_of_a_long_text_are_found_at_once() -> None:
    cues = [Cue(start=number, end=number, text="x") for number in range(60_000)]
    changed = [cue.model_copy(update={"text": "y"}) if cue.start % 2 else cue for cue in cues]
    assert 30_000 == sum(1 for _ in differences(cues, changed))
