"""Whatever people write, libass draws it as it stands: no override in a script is anybody's but ours."""

import re
from typing import Final, NamedTuple, get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kinolog.common.style import CaptionStyle, Effect
from kinolog.common.subtitles import Cue, Word
from kinolog.common.subtitles.ass import to_ass
from kinolog.common.subtitles.cue import WORD_JOINER
from kinolog.common.subtitles.reading import read_subtitles

EFFECTS: Final = get_args(Effect)

_SIMPLE: Final = r"\\(?:kf?\d+|b\d+|r|alpha&HFF&|fsc[xy][\d.]+|fs[\d.]+|yshad0|1c&H[0-9A-F]{6}&)"
_OURS: Final = re.compile(rf"(?:{_SIMPLE}|\\t\(\d+,\d+,(?:{_SIMPLE})+\))+")
_EVENT: Final = re.compile(r"Dialogue: 0,[\d:.]+,[\d:.]+,Default,[^,]*,0,0,0,,(.*)")

hostile: Final = st.sampled_from(
    [
        "\\",
        "{",
        "}",
        "{\\fs200}",
        "\\N",
        "\\{",
        "\\}",
        "{\\p1}m 0 0",
        "\n",
        "\u2028",
        "Dialogue: 0,",
        "\\h",
        "{\\r}",
        ",",
    ]
)
written = st.lists(st.one_of(hostile, st.text(max_size=6), st.just(" ")), min_size=1, max_size=8).map("".join)
moments = st.floats(min_value=0, max_value=100)


class Run(NamedTuple):
    override: str
    text: str


@st.composite
def cues(draw: st.DrawFn) -> Cue:
    start, end = sorted((draw(moments), draw(moments)))
    text = draw(written)
    said = draw(st.one_of(st.just(text.split()), st.lists(written, max_size=4)))
    words = tuple(
        Word(start=min(pair), end=max(pair), text=each) for each in said if (pair := draw(st.tuples(moments, moments)))
    )
    return Cue(
        start=start, end=end, text=text, words=words, speaker=draw(st.none() | written.map(lambda name: name[:50]))
    )


styles = st.builds(
    CaptionStyle,
    effect=st.sampled_from(EFFECTS),
    max_words=st.none() | st.integers(1, 3),
    font_weight=st.sampled_from([400, 500, 700]),
    box=st.booleans(),
)


def runs(text: str) -> list[Run]:
    """A text as libass reads it: what stands in braces, and what is drawn after it."""
    found, place = [Run("", "")], 0
    while place < len(text):
        if text[place] == "{" and "}" in text[place:]:
            after = text.index("}", place) + 1
            found.append(Run(text[place + 1 : after - 1], ""))
        else:
            after = place + (2 if text[place : place + 2] in ("\\{", "\\}", "\\N", "\\n", "\\h") else 1)
            drawn = text[place:after].replace("\\N", "\n")
            found[-1] = Run(found[-1].override, found[-1].text + (drawn[1:] if drawn in ("\\{", "\\}") else drawn))
        place = after
    return found


def is_text(run: Run) -> bool:
    """Whether somebody wrote it, and it is not there for the room that it takes."""
    return not re.search(r"\\alpha|\\fs\d", run.override)


def shown(cue: Cue, style: CaptionStyle) -> list[list[Run]]:
    script = to_ass((cue,), style, width=16, height=9)
    events = script.partition("[Events]\n")[2].split("\n")[1:-1]
    return [runs(match.group(1)) for event in events if (match := _EVENT.fullmatch(event))]


@given(cues(), styles)
def test_every_line_is_an_event_and_every_override_ours(cue: Cue, style: CaptionStyle) -> None:
    script = to_ass((cue,), style, width=16, height=9)
    lines = script.partition("[Events]\n")[2].split("\n")[1:-1]
    events = shown(cue, style)
    assert len(lines) == len(events)
    assert all(_OURS.fullmatch(run.override) for event in events for run in event[1:])


@given(cues(), styles)
def test_every_letter_is_drawn_once(cue: Cue, style: CaptionStyle) -> None:
    visible = [
        "".join(run.text for run in event if is_text(run)).replace("\\" + WORD_JOINER, "\\")
        for event in shown(cue, style)
    ]
    assert cue.text.split() == " ".join(visible).split()


@pytest.mark.parametrize("effect", EFFECTS)
def test_the_number_of_events_is_bounded_by_that_of_the_words(effect: Effect) -> None:
    cue = Cue(start=0, end=1_000, text=" ".join(["word"] * 400))
    assert 400 >= len(shown(cue, CaptionStyle(effect=effect, max_words=1)))


@given(cues(), styles)
def test_every_look_is_read_as_the_text_that_it_shows(cue: Cue, style: CaptionStyle) -> None:
    expected = cue.text.replace(WORD_JOINER, "").split()
    assume(expected)
    read = read_subtitles(to_ass((cue,), style, width=16, height=9), "ass").cues
    assert expected == " ".join(each.text for each in read).split()


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("is_alone", [True, False])
def test_a_script_is_no_longer_than_its_text_deserves(effect: Effect, is_alone: bool) -> None:
    cue = Cue(start=0, end=1_000, text=" ".join(["word"] * 400))
    cues = [cue] if is_alone else [cue] * 5
    script = to_ass(cues, CaptionStyle(effect=effect), width=16, height=9)
    assert 80 * sum(len(each.text) for each in cues) > len(script)
