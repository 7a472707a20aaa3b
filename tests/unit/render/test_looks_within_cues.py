"""A burn in part encodes only frames with captions: no effect may draw anything while its cue is not there."""

import re
from itertools import pairwise
from typing import Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.style import CaptionStyle, Effect
from kinolog.common.subtitles import Cue, Word
from kinolog.common.subtitles.ass import to_ass
from kinolog.render.domain.economy import caption_spans

_TIMES: Final = re.compile(r"^Dialogue: 0,(\d+):(\d+):([\d.]+),(\d+):(\d+):([\d.]+),", re.MULTILINE)
_EXACT: Final = 1e-9

moments = st.floats(min_value=0, max_value=200)
spans = st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair)))


@st.composite
def cues(draw: st.DrawFn) -> Cue:
    """Words may lie anywhere: nobody checks those of a file that is brought along."""
    texts = draw(st.lists(st.text("abc", min_size=1, max_size=8), min_size=1, max_size=12))
    words = tuple(Word(start=start, end=end, text=text) for text in texts for start, end in (draw(spans),))
    start, end = draw(spans)
    return Cue(start=start, end=end, text=" ".join(texts), words=draw(st.sampled_from([words, ()])))


styles = st.builds(
    CaptionStyle, effect=st.sampled_from(get_args(Effect)), max_words=st.none() | st.integers(1, 5), box=st.booleans()
)


def drawn_spans(script: str) -> list[tuple[float, float]]:
    found = [[float(number) for number in each] for each in _TIMES.findall(script)]
    return [(h * 3600 + m * 60 + s, hh * 3600 + mm * 60 + ss) for h, m, s, hh, mm, ss in found]


@given(cues(), styles)
def test_everything_is_drawn_while_its_cue_is_there(cue: Cue, style: CaptionStyle) -> None:
    ((start, end),) = caption_spans([cue])
    drawn = drawn_spans(to_ass([cue], style, width=16, height=9))
    assert drawn
    assert all(start - _EXACT <= begun <= ended <= end + _EXACT for begun, ended in drawn)


@given(cues(), styles)
def test_a_cue_is_drawn_from_its_beginning_to_its_end_without_a_gap(cue: Cue, style: CaptionStyle) -> None:
    drawn = drawn_spans(to_ass([cue], style, width=16, height=9))
    assert (cue.start, cue.end) == (pytest.approx(drawn[0][0], abs=0.01), pytest.approx(drawn[-1][1], abs=0.01))
    assert all(before[1] == after[0] for before, after in pairwise(drawn))
