"""Whatever somebody says, and however: what always holds of the captions."""

from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from kinolog.transcribe.domain.columns import columns_of
from kinolog.transcribe.domain.reading import Layout, cues_of
from kinolog.transcribe.domain.transcript import Segment, SpokenWord

MILLISECOND: Final = 0.001
LAYOUTS = st.builds(
    Layout,
    line_characters=st.integers(10, 60),
    lines=st.integers(1, 4),
    characters_per_second=st.floats(5, 60),
    max_seconds=st.floats(1, 20),
    min_seconds=st.floats(0, 3),
    min_gap_seconds=st.sampled_from([0.0, 0.083, 0.5]),
    pause_seconds=st.floats(0.1, 3),
)
LATIN = st.text("abIT'-.,!", min_size=1, max_size=70).map(lambda text: f" {text}") | st.sampled_from(
    [" the", " and", " to"]
)
UNSPACED = st.text("一二か。、っกำa", min_size=1, max_size=4)
MILLISECONDS = st.integers(0, 400) | st.integers(0, 5_000)


@st.composite
def talks(draw: st.DrawFn) -> list[Segment]:
    """Segments of words, one after the other in time."""
    script, segments, now = draw(st.sampled_from([LATIN, UNSPACED, LATIN | UNSPACED])), [], 0
    for size in draw(st.lists(st.integers(1, 25), max_size=4)):
        words = []
        for text in draw(st.lists(script, min_size=size, max_size=size)):
            start = now + draw(MILLISECONDS)
            now = start + draw(MILLISECONDS)
            words.append(SpokenWord(text=text, start=start / 1000, end=now / 1000, probability=0.5))
        segments.append(Segment(words=tuple(words)))
    return segments


@given(talks(), LAYOUTS)
def test_every_word_stands_once_and_in_order(talk: list[Segment], layout: Layout) -> None:
    cues = cues_of(talk, layout, with_words=True, language="en")

    said = [(word.text.strip(), word.start, word.end) for segment in talk for word in segment.words]
    assert said == [(word.text, word.start, word.end) for cue in cues for word in cue.words]
    assert "".join(text for text, _, _ in said) == "".join("".join(cue.text.split()) for cue in cues)


@given(talks(), LAYOUTS)
def test_a_caption_lasts_as_long_as_its_words_and_none_overlap(talk: list[Segment], layout: Layout) -> None:
    cues = cues_of(talk, layout, with_words=True)

    assert [cue.words[0].start for cue in cues] == [cue.start for cue in cues]
    assert all(word.end <= cue.end for cue in cues for word in cue.words)
    assert all(before.end <= after.start for before, after in pairwise(cues))


@given(talks(), LAYOUTS)
def test_only_the_words_themselves_come_nearer_to_the_next_caption_than_the_gap(
    talk: list[Segment], layout: Layout
) -> None:
    cues = cues_of(talk, layout, with_words=True)

    for cue, following in pairwise(cues):
        has_gap = following.start - cue.end >= layout.min_gap_seconds - MILLISECOND
        assert has_gap or cue.end == cue.words[-1].end


@given(talks(), LAYOUTS)
def test_lines_hold_what_the_layout_says_or_a_single_word(talk: list[Segment], layout: Layout) -> None:
    cues = cues_of(talk, layout, with_words=False)

    lines = [cue.text.split("\n") for cue in cues]
    widest = max((columns_of(word.text.strip()) for segment in talk for word in segment.words), default=0)
    assert all(len(each) <= layout.lines for each in lines)
    assert all(columns_of(line) <= max(layout.line_characters, widest) for each in lines for line in each)


@given(talks(), LAYOUTS)
def test_captions_last_no_longer_than_the_layout_says_unless_a_word_does(talk: list[Segment], layout: Layout) -> None:
    cues = cues_of(talk, layout, with_words=True)

    longest = max((word.end - word.start for segment in talk for word in segment.words), default=0)
    assert all(cue.end - cue.start <= max(layout.max_seconds, longest) + MILLISECOND for cue in cues)


@given(talks(), LAYOUTS)
def test_the_same_speech_always_makes_the_same_captions(talk: list[Segment], layout: Layout) -> None:
    assert cues_of(talk, layout, with_words=True) == cues_of(list(talk), layout, with_words=True)
