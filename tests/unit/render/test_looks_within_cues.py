"""A burn in part encodes only frames with captions: no effect may draw anything while its cue is not there."""

import re
from collections.abc import Sequence
from typing import Final, get_args

from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.style import CaptionStyle, Effect
from kinolog.common.subtitles import Cue, Word
from kinolog.common.subtitles.ass import to_ass
from kinolog.render.domain.economy import caption_spans

_EVENT: Final = re.compile(r"^Dialogue: 0,(\d+):(\d+):([\d.]+),(\d+):(\d+):([\d.]+),Default,(\d+),", re.MULTILINE)
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


def drawn_spans(cues: Sequence[Cue], style: CaptionStyle) -> list[list[tuple[float, float]]]:
    """When something is drawn of each cue."""
    named = [cue.model_copy(update={"speaker": str(place)}) for place, cue in enumerate(cues)]
    found: list[list[tuple[float, float]]] = [[] for _ in cues]
    for *times, speaker in _EVENT.findall(to_ass(named, style, width=16, height=9)):
        h, m, s, hh, mm, ss = map(float, times)
        found[int(speaker)].append((h * 3600 + m * 60 + s, hh * 3600 + mm * 60 + ss))
    return found


@given(st.lists(cues(), min_size=1, max_size=3), styles)
def test_everything_is_drawn_while_its_cue_is_there(cues: list[Cue], style: CaptionStyle) -> None:
    for (start, end), drawn in zip(caption_spans(cues), drawn_spans(cues, style), strict=True):
        assert all(start - _EXACT <= begun <= ended <= end + _EXACT for begun, ended in drawn)


@given(st.lists(cues(), min_size=1, max_size=3), styles)
def test_a_cue_is_drawn_from_its_beginning_to_its_end_without_a_gap(cues: list[Cue], style: CaptionStyle) -> None:
    for cue, drawn in zip(cues, drawn_spans(cues, style), strict=True):
        is_seen = cue.end - cue.start > 0.01
        edges = [cue.start, *(moment for span in drawn for moment in span), cue.end]
        gaps = [after - before for before, after in zip(edges[::2], edges[1::2], strict=True)]
        assert not is_seen or max(map(abs, gaps)) < 0.01
