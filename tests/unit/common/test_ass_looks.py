"""What a caption's style becomes in a script for libass."""

import re
from itertools import combinations, pairwise
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue, Word
from kinolog.common.subtitles.ass import ass_script, to_ass
from kinolog.common.subtitles.ass.crowd import crowded

TIMED: Final = Cue(
    start=10,
    end=13,
    text="One two\nthree four",
    words=(
        Word(start=10.2, end=10.5, text="One"),
        Word(start=10.6, end=11, text="two"),
        Word(start=11.5, end=12, text="three"),
        Word(start=12, end=12.5, text="four"),
    ),
)
OTHER: Final = Cue(start=12, end=20, text="Meanwhile")
UNTIMED: Final = TIMED.model_copy(update={"words": ()})

_EVENT: Final = re.compile(r"Dialogue: 0,([\d:.]+),([\d:.]+),Default,([^,]*),0,0,0,,(.*)")


class Event(NamedTuple):
    start: str
    end: str
    text: str


def events(*cues: Cue, **style: object) -> list[Event]:
    script = to_ass(cues or (TIMED,), CaptionStyle.model_validate(style), width=16, height=9)
    return [Event(start, end, text) for start, end, _, text in _EVENT.findall(script)]


def text_of(*cues: Cue, **style: object) -> str:
    (event,) = events(*cues, **style)
    return event.text


def fields(width: int = 16, height: int = 9, **style: Any) -> dict[str, str]:
    """What the style of the script says, by the names that its format has."""
    script = to_ass((), CaptionStyle.model_validate(style), width=width, height=height)
    names, values = script.partition("[V4+ Styles]\nFormat: ")[2].split("\n")[:2]
    return dict(zip(names.split(", "), values.removeprefix("Style: ").split(","), strict=True))


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ({"outlineWidth": 2.5, "outlineColor": "#102030"}, {"Outline": "2.5", "OutlineColour": "&H00302010"}),
        ({"shadowWidth": 1.5, "shadowColor": "#102030"}, {"Shadow": "1.5", "BackColour": "&H00302010"}),
        ({"fontWeight": 700}, {"Bold": "-1"}),
        ({"fontWeight": 500}, {"Bold": "0"}),
        ({"alignment": "7"}, {"Alignment": "7"}),
        ({"marginHorizontal": 30, "marginVertical": 7}, {"MarginL": "30", "MarginR": "30", "MarginV": "7"}),
        ({}, {"BorderStyle": "1", "PrimaryColour": "&H0000FFFF", "SecondaryColour": "&H0000FFFF", "Outline": "1"}),
        (
            {"box": True, "boxColor": "#102030", "boxOpacityPercent": 80, "boxPadding": 5, "shadowWidth": 9},
            {"BorderStyle": "4", "BackColour": "&H33302010", "Shadow": "5", "Outline": "0", "MarginV": "10"},
        ),
        ({"effect": "karaoke", "activeColor": "#102030"}, {"PrimaryColour": "&H00302010"}),
    ],
)
def test_a_style_is_written(style: dict[str, Any], written: dict[str, str]) -> None:
    assert written.items() <= fields(**style).items()


@pytest.mark.parametrize(
    ("style", "margins"),
    [
        ({"maxWidthPercent": 50}, (128, 128)),
        ({"maxWidthPercent": 50, "alignment": "1"}, (10, 246)),
        ({"maxWidthPercent": 50, "alignment": "6"}, (246, 10)),
        ({"maxWidthPercent": 99}, (10, 10)),
        ({"maxWidthPercent": 50, "box": True, "boxPadding": 8}, (136, 136)),
    ],
)
def test_text_is_kept_to_its_width(style: dict[str, Any], margins: tuple[int, int]) -> None:
    written = fields(**style)
    assert margins == (int(written["MarginL"]), int(written["MarginR"]))


def test_margins_that_would_meet_leave_some_room() -> None:
    written = fields(9, 16, marginHorizontal=200)
    assert 162 - int(written["MarginL"]) - int(written["MarginR"]) >= 16


def test_colours_are_drawn_as_they_are_written() -> None:
    assert "YCbCr Matrix: None\n" in to_ass((), CaptionStyle(), width=16, height=9)


def test_a_weight_between_regular_and_bold_is_an_override() -> None:
    assert text_of(fontWeight=500).startswith(r"{\r\b500}One")
    assert text_of(fontWeight=400).startswith("One")


def test_capitals_are_those_of_all_languages() -> None:
    assert r"STRASSE ÉTÉ\NПРИВЕТ" == text_of(Cue(start=0, end=1, text="Straße été\nпривет"), upperCase=True)


def test_a_speaker_is_named_without_becoming_more_than_a_name() -> None:
    cue = Cue(start=0, end=1, text="Hi", speaker="Eve,0,0,0,,{\\fs99}")
    assert "Default,Eve 0 0 0 {\\fs99},0,0,0,,Hi\n" in to_ass((cue,), CaptionStyle(), width=16, height=9)


def test_a_sweep_takes_as_long_as_each_word_and_rests_between_words() -> None:
    assert r"{\k20}{\kf30}One{\k10} {\kf40}two{\k50}\N{\kf50}three{\k0} {\kf50}four" == text_of(effect="karaoke")


def test_a_word_has_its_own_colour_until_the_next_one_is_said() -> None:
    text = text_of(effect="active_color", primaryColor="#ffffff", activeColor="#ff0000")
    assert (
        r"{\1c&HFFFFFF&\t(200,200,\1c&H0000FF&)\t(600,600,\1c&HFFFFFF&)}One"
        r" {\1c&HFFFFFF&\t(600,600,\1c&H0000FF&)\t(1500,1500,\1c&HFFFFFF&)}two\N"
    ) == text.partition(r"{\1c&HFFFFFF&\t(1500")[0]
    assert text.endswith(r"{\1c&HFFFFFF&\t(2000,2000,\1c&H0000FF&)}four")


def test_a_word_that_begins_its_event_is_active_from_the_beginning() -> None:
    cue = Cue(
        start=0, end=1, text="One two", words=(Word(start=0, end=0.4, text="One"), Word(start=0.5, end=1, text="two"))
    )
    assert text_of(cue, effect="active_color").startswith(r"{\1c&H4D4DFF&\t(500,500,\1c&H00FFFF&)}One")


def test_a_word_that_grows_has_had_the_room_all_the_time() -> None:
    text = text_of(effect="active_scale", activeScalePercent=130)
    pad = r"{\alpha&HFF&\fscy130\fscx15\t(200,280,\fscx0)\t(600,680,\fscx15)}One{\r}"
    assert 2 == text.count(pad)
    assert r"\t(200,280,\fscx130\fscy130\1c&H4D4DFF&)\t(600,680,\fscx100\fscy100\1c&H00FFFF&)}One{\r}" in text


def test_one_word_stays_until_the_next_one() -> None:
    assert [
        ("0:00:10.00", "0:00:10.60", "One"),
        ("0:00:10.60", "0:00:11.50", "two"),
        ("0:00:11.50", "0:00:12.00", "three"),
        ("0:00:12.00", "0:00:13.00", "four"),
    ] == events(effect="one_word")


def test_groups_are_of_like_size_and_follow_each_other_without_a_gap() -> None:
    assert [("0:00:10.00", "0:00:11.50", "One two"), ("0:00:11.50", "0:00:13.00", "three four")] == events(maxWords=3)


def test_a_cue_that_needs_no_groups_keeps_its_lines() -> None:
    assert r"One two\Nthree four" == text_of(maxWords=4)


def test_effects_are_timed_from_the_beginning_of_their_group() -> None:
    assert r"{\kf50}three{\k0} {\kf50}four" == events(maxWords=2, effect="karaoke")[1].text


def test_words_that_would_be_over_at_once_are_shown_with_others() -> None:
    words = tuple(Word(start=at, end=at, text=text) for at, text in ((5, "a"), (5, "b"), (6, "c"), (6, "d")))
    shown = events(Cue(start=5, end=6, text="a b c d", words=words), effect="one_word")
    assert [("0:00:05.00", "0:00:06.00", "a b c d")] == shown


def test_words_outside_their_cue_are_drawn_to_it() -> None:
    words = (Word(start=90, end=99, text="a"), Word(start=1, end=2, text="b"))
    assert r"{\k100}{\kf0}a{\k0} {\kf0}b" == text_of(Cue(start=5, end=6, text="a b", words=words), effect="karaoke")


def test_words_without_blanks_between_them_stay_together() -> None:
    words = (Word(start=0, end=0.5, text="こん"), Word(start=0.5, end=1, text="にちは"))
    assert r"{\kf50}こん{\kf50}にちは" == text_of(Cue(start=0, end=1, text="こんにちは", words=words), effect="karaoke")


def test_as_many_words_as_are_timed_are_those_whatever_their_spelling() -> None:
    respelled = TIMED.model_copy(update={"text": "Uno dos tres cuatro"})
    script = ass_script((respelled,), CaptionStyle(effect="one_word"), width=16, height=9)
    assert (0, True) == (script.estimated_words, "0:00:10.60,0:00:11.50,Default,,0,0,0,,dos" in script.text)


def test_words_that_nobody_timed_share_the_time_by_their_length() -> None:
    cue = Cue(start=0, end=10, text="a bbbb cc ddd")
    moments = [event.start for event in events(cue, effect="one_word")]
    assert ["0:00:00.00", "0:00:01.00", "0:00:05.00", "0:00:07.00"] == moments


@pytest.mark.parametrize(
    ("style", "estimated"),
    [
        ({}, 0),
        ({"effect": "karaoke"}, 4),
        ({"effect": "one_word"}, 4),
        ({"maxWords": 3}, 4),
        ({"maxWords": 4}, 0),
    ],
)
def test_estimated_words_are_counted_where_the_look_needs_their_times(style: dict[str, Any], estimated: int) -> None:
    script = ass_script((TIMED, UNTIMED), CaptionStyle.model_validate(style), width=16, height=9)
    assert estimated == script.estimated_words


@pytest.mark.parametrize("style", [{"effect": "one_word"}, {"maxWords": 1}, {"maxWords": 3, "effect": "active_scale"}])
def test_nothing_flickers_between_words(style: dict[str, Any]) -> None:
    shown = events(UNTIMED, **style)
    assert all(before.end == after.start for before, after in pairwise(shown))
    assert ("0:00:10.00", "0:00:13.00") == (shown[0].start, shown[-1].end)


def test_a_plate_has_its_padding_as_lines_so_that_others_keep_clear_of_it() -> None:
    cue = Cue(start=0, end=1, text="Hi")
    assert r"{\fs6}\h\N{\r}Hi\N{\r\yshad0\fs6}\h" == text_of(cue, box=True, boxPadding=6)
    assert "Hi" == text_of(cue, box=True, boxPadding=0)


def test_cues_that_show_together_have_an_event_for_each_word_that_is_singled_out() -> None:
    shown = events(TIMED, OTHER, effect="active_color", activeColor="#ff0000")
    assert [
        ("0:00:10.00", "0:00:10.20", r"One two\Nthree four"),
        ("0:00:10.20", "0:00:10.60", r"{\1c&H0000FF&}One{\r} two\Nthree four"),
        ("0:00:10.60", "0:00:11.50", r"One {\1c&H0000FF&}two{\r}\Nthree four"),
        ("0:00:11.50", "0:00:12.00", r"One two\N{\1c&H0000FF&}three{\r} four"),
        ("0:00:12.00", "0:00:13.00", r"One two\Nthree {\1c&H0000FF&}four{\r}"),
    ] == shown[:-1]
    assert ("0:00:12.00", "0:00:20.00", r"{\1c&H0000FF&}Meanwhile{\r}") == shown[-1]


def test_cues_that_follow_each_other_do_not_show_together() -> None:
    after = Cue(start=13, end=14, text="Then")
    assert 2 == len(events(TIMED, after, effect="active_color"))


def test_many_words_that_show_beside_others_rest() -> None:
    long = Cue(start=0, end=60, text=" ".join(["word"] * 100))
    shown = events(long, TIMED.model_copy(update={"start": 1.0}), effect="active_scale")
    assert ("0:00:00.00", "0:01:00.00", long.text) == shown[0]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=12))
def test_a_crowd_is_everybody_who_is_not_alone(spans: list[tuple[int, int]]) -> None:
    cues = [Cue(start=start, end=start + length, text="a") for start, length in spans]
    pairs = [(one, other) for one, other in combinations(range(len(cues)), 2) if together(cues[one], cues[other])]
    assert {place for pair in pairs for place in pair} == crowded(cues)


def together(one: Cue, other: Cue) -> bool:
    return max(one.start, other.start) < min(one.end, other.end)
