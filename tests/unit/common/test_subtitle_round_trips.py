"""What Kinolog writes, it reads again, and so do two readers of others: as much of it as the format can carry."""

import html
from collections.abc import Sequence
from typing import Final

import pysubs2
import pytest
import webvtt
from hypothesis import example, given
from hypothesis import strategies as st

from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue, Word, render
from kinolog.common.subtitles.cue import WORD_JOINER
from kinolog.common.subtitles.reading import read_subtitles

HOUR: Final = 3_600_000
HOSTILE: Final = (
    "<b>bold</b>",
    "</v><v Eve>",
    "<00:00:01.000>",
    "00:00:01,000 --> 00:00:02,000",
    "-->",
    "&amp;",
    "&lt;b&gt;",
    "&#60;",
    r"{\an8}",
    r"{\p1}m 0 0{\p0}",
    r"\N",
    "\\",
    "{",
    "}",
    "[Events]",
    "Dialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,x",
    "WEBVTT",
    "NOTE",
    "STYLE",
    "1",
    "\n",
    "\n\n",
    "\n42",
    "\r\n",
    "\t",
    " ",
    "שלום עולם",
    "\u202eמילים\u202c",
    "👩\u200d👩\u200d👧 🇩🇪",
    "e\u0301\u0323",
    "x" * 900,
    "0:00:01.00",
    "\u0085\u2028",
)
Shown = tuple[int, int, str, str | None]

pieces = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_characters=WORD_JOINER), max_size=12))
texts = st.lists(pieces, max_size=6).map("".join).map(lambda text: text[:2_000])
names = st.one_of(st.none(), st.lists(pieces, max_size=3).map(lambda parts: "".join(parts)[:50]))


@st.composite
def cue_lists(draw: st.DrawFn, longest: int = 270 * HOUR, unit: int = 1) -> tuple[Cue, ...]:
    """Cues in order, some of which overlap or last no time at all; moments are multiples of `unit` milliseconds."""
    moments = st.integers(0, longest // unit).map(lambda number: number * unit)
    spans = draw(st.sets(st.tuples(moments, moments).map(lambda span: (min(span), max(span))), min_size=1, max_size=5))
    drawn = (
        Cue(start=start / 1000, end=end / 1000, text=draw(texts), speaker=draw(names)) for start, end in sorted(spans)
    )
    return tuple(cue for cue in drawn if cue.text) or (Cue(start=0, end=1, text="Hello"),)


@st.composite
def spoken_cues(draw: st.DrawFn) -> Cue:
    """A cue whose words have times, in hundredths of a second: some with pauses between them."""
    tokens = draw(texts.map(lambda text: Cue(start=0, end=0, text=text).text.split()).filter(bool))[:40]
    lengths = draw(st.lists(st.integers(1, 300), min_size=len(tokens), max_size=len(tokens)))
    pauses = draw(st.lists(st.integers(0, 50), min_size=len(tokens), max_size=len(tokens)))
    at, words = draw(st.integers(0, 100_000)), list[Word]()
    start = at
    for token, length, pause in zip(tokens, lengths, pauses, strict=True):
        words.append(Word(text=token, start=(at + pause) / 100, end=(at + pause + length) / 100))
        at += pause + length
    joined = "".join(token + draw(st.sampled_from([" ", "\n"])) for token in tokens)
    return Cue(start=start / 100, end=(at + 1) / 100, text=joined, words=tuple(words), speaker=draw(names))


def shown(cues: Sequence[Cue], *, unit: int = 1, speaks: bool = True) -> list[Shown]:
    """What a format must carry: times in units of as many milliseconds."""
    return [
        (round(cue.start * 1000 / unit), round(cue.end * 1000 / unit), cue.text, cue.speaker if speaks else None)
        for cue in cues
    ]


def literal(text: str) -> str:
    return text.replace(WORD_JOINER, "")


@given(cue_lists())
@example((Cue(start=1, end=2, text="Number\n7"), Cue(start=3, end=4, text="8")))
def test_srt_is_read_as_it_was_written(cues: tuple[Cue, ...]) -> None:
    assert shown(cues, speaks=False) == shown(read_subtitles(render(cues, "srt").decode(), "srt").cues)


@given(cue_lists())
@example((Cue(start=1, end=2, text="Hi", speaker=", the narrator,"),))
@example((Cue(start=1, end=2, text="Hi", speaker="<&>" * 33),))
def test_vtt_is_read_as_it_was_written(cues: tuple[Cue, ...]) -> None:
    assert shown(cues) == shown(read_subtitles(render(cues, "vtt").decode(), "vtt").cues)


@given(cue_lists(unit=10))
def test_ass_is_read_as_it_was_written_but_for_commas_in_names(cues: tuple[Cue, ...]) -> None:
    named = [
        cue.model_copy(update={"speaker": " ".join((cue.speaker or "").replace(",", " ").split()) or None})
        for cue in cues
    ]
    assert shown(named, unit=10) == shown(read_subtitles(render(cues, "ass").decode(), "ass").cues, unit=10)


@given(st.lists(spoken_cues(), max_size=3).map(tuple), cue_lists())
def test_json_is_read_as_it_was_written(spoken: tuple[Cue, ...], plain: tuple[Cue, ...]) -> None:
    cues = tuple(sorted([*spoken, *plain], key=lambda cue: (cue.start, cue.end)))
    assert cues == read_subtitles(render(cues, "json").decode(), "json").cues


@given(spoken_cues())
@example(Cue(start=68.28, end=68.3, text="Hi", words=(Word(text="Hi", start=68.28, end=68.29),)))
def test_vtt_says_when_words_are_said_to_the_millisecond(cue: Cue) -> None:
    (read,) = read_subtitles(render((cue,), "vtt", words=True).decode(), "vtt").cues
    assert [(word.text, word.end) for word in cue.words] == [(word.text, word.end) for word in read.words]
    assert [word.start for word in cue.words] == pytest.approx([word.start for word in read.words], abs=0.0011)


@given(spoken_cues())
def test_karaoke_in_ass_says_when_words_are_said(cue: Cue) -> None:
    style = CaptionStyle(effect="karaoke")
    (read,) = read_subtitles(render((cue,), "ass", style=style).decode(), "ass").cues
    assert [(w.text, w.start, w.end) for w in cue.words] == [(w.text, w.start, w.end) for w in read.words]


@given(spoken_cues())
def test_words_with_times_change_nothing_else(cue: Cue) -> None:
    read = read_subtitles(render((cue,), "vtt", words=True).decode(), "vtt").cues
    assert shown((cue,)) == shown(read)


@given(cue_lists(longest=99 * HOUR))
@example((Cue(start=1, end=2, text="Number\n7"),))
def test_pysubs2_reads_srt_as_it_is_meant(cues: tuple[Cue, ...]) -> None:
    read = pysubs2.SSAFile.from_string(render(cues, "srt").decode(), format_="srt")
    found = [(event.start, event.end, literal(event.text.replace(r"\N", "\n")), None) for event in read]
    assert shown(cues, speaks=False) == found


@given(cue_lists(longest=9 * HOUR, unit=10))
def test_pysubs2_reads_ass_as_it_is_meant(cues: tuple[Cue, ...]) -> None:
    read = pysubs2.SSAFile.from_string(render(cues, "ass").decode(), format_="ass")
    assert shown(cues, speaks=False) == [(event.start, event.end, _of_ass(event.text), None) for event in read]


def _of_ass(text: str) -> str:
    return literal(text.replace(r"\N", "\n").replace(r"\{", "{").replace(r"\}", "}"))


@given(cue_lists())
def test_webvtt_py_reads_vtt_as_it_is_meant(cues: tuple[Cue, ...]) -> None:
    assert shown(cues) == _by_webvtt_py(render(cues, "vtt").decode())


@given(spoken_cues())
def test_webvtt_py_reads_timed_words_as_it_is_meant(cue: Cue) -> None:
    assert shown((cue,)) == _by_webvtt_py(render((cue,), "vtt", words=True).decode())


def _by_webvtt_py(text: str) -> list[Shown]:
    return [
        (
            caption.start_time.in_milliseconds(),
            caption.end_time.in_milliseconds(),
            html.unescape(caption.text),
            caption.voice and html.unescape(caption.voice),
        )
        for caption in webvtt.from_string(text).captions
    ]
