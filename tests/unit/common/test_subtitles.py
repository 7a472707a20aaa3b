"""Cues survive being stored and written, whatever their text holds."""

import html
import io
from typing import Final

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kinolog.common.errors import Refused
from kinolog.common.style import REFERENCE_HEIGHT, CaptionStyle
from kinolog.common.subtitles import Cue, Word, cues_from_json, cues_to_json, render
from kinolog.common.subtitles.cue import WORD_JOINER

TimedText = tuple[int, int, str]

HOSTILE: Final = "{\\pos(1,1)}<script>alert(1)</script>\n00:00:01,000 --> 00:00:02,000\n7\nWEBVTT & NOTE\\N"

moments = st.integers(min_value=0, max_value=1_000_000_000)
pieces = st.sampled_from(
    ["-->", "\n\n", "\r", "\0", "\\N", "{\\an8}", "<b>", "&amp;", "1\n", "\u2028", "\t", "e\u0301"]
)
texts = st.lists(
    st.one_of(pieces, st.text(st.characters(exclude_characters=WORD_JOINER), max_size=12)), max_size=6
).map("".join)


@st.composite
def cue_lists(draw: st.DrawFn) -> tuple[Cue, ...]:
    spans = draw(st.sets(st.tuples(moments, moments).map(lambda span: (min(span), max(span))), max_size=5))
    return tuple(Cue(start=start / 1000, end=end / 1000, text=draw(texts)) for start, end in sorted(spans))


def parsed(content: bytes, container: str) -> list[TimedText]:
    """What ffmpeg reads: start and end in milliseconds, and the text."""
    with av.open(io.BytesIO(content), mode="r", format=container) as file:
        return [
            (packet.pts, packet.pts + (packet.duration or 0), bytes(packet).decode())
            for packet in file.demux()
            if packet.pts is not None
        ]


def written(cues: tuple[Cue, ...]) -> list[TimedText]:
    """What a faithful reader of these cues must see."""
    return [(round(cue.start * 1000), round(cue.end * 1000), cue.text) for cue in cues if cue.text]


@given(cue_lists())
def test_srt_keeps_times_and_text(cues: tuple[Cue, ...]) -> None:
    read = [(start, end, text.replace(WORD_JOINER, "")) for start, end, text in parsed(render(cues, "srt"), "srt")]

    assert written(cues) == read


@given(cue_lists())
def test_vtt_keeps_times_and_text(cues: tuple[Cue, ...]) -> None:
    read = [(start, end, html.unescape(text)) for start, end, text in parsed(render(cues, "vtt"), "webvtt")]

    assert written(cues) == read


@given(cue_lists())
def test_stored_cues_come_back_as_they_were(cues: tuple[Cue, ...]) -> None:
    assert cues == cues_from_json(cues_to_json(cues))


def test_stored_words_come_back_as_they_were() -> None:
    word = Word(text="hello", start=0.1, end=0.3, probability=0.25)
    cues = (Cue(start=0.1, end=0.3, text="hello", words=(word,)),)

    assert cues == cues_from_json(cues_to_json(cues))


def test_cues_from_before_speakers_were_known_are_read() -> None:
    word = '{"start":0.0,"end":1.0,"text":"Hi","probability":0.5}'
    content = f'{{"version":1,"cues":[{{"start":0.0,"end":1.0,"text":"Hi","words":[{word}]}}]}}'
    spoken = Word(start=0, end=1, text="Hi", probability=0.5)

    assert (Cue(start=0, end=1, text="Hi", words=(spoken,)),) == cues_from_json(content.encode())


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version": 2, "cues": []}', b'{"version": 1, "cues": [{}]}'])
def test_stored_cues_of_another_kind_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        cues_from_json(content)


def test_a_cue_holds_no_blank_lines_and_no_control_characters() -> None:
    cue = Cue(start=0, end=1, text="\r\n one\0\r\n\r\n\t\u2028two\x1b[31m \ud800")

    assert "one\ntwo[31m" == cue.text


@pytest.mark.parametrize(("start", "end"), [(2, 1), (-1, 1), (0, float("inf")), (float("nan"), 1), (0, 1e300)])
def test_a_cue_of_impossible_times_is_refused(start: float, end: float) -> None:
    with pytest.raises(ValidationError):
        Cue(start=start, end=end, text="no")


def test_srt_makes_markup_and_arrows_meaningless() -> None:
    content = render((Cue(start=0, end=1, text=HOSTILE),), "srt").decode()

    assert 1 == content.count("-->")
    assert not any(mark in content for mark in ("<script", "</script", "{\\", "\\N"))


def test_vtt_makes_markup_and_arrows_meaningless() -> None:
    content = render((Cue(start=0, end=1, text=HOSTILE),), "vtt").decode()

    assert 1 == content.count("-->")
    assert 0 == content.count("<")


def test_vtt_orders_cues_by_their_start() -> None:
    cues = tuple(Cue(start=second, end=second + 1, text=str(second)) for second in (5, 1))

    assert ["1", "5"] == [text for _, _, text in parsed(render(cues, "vtt"), "webvtt")]


def test_ass_has_the_look_and_the_shape_of_the_picture() -> None:
    style = CaptionStyle(font_size=24, font_name="Noto Sans", primary_color="#123456", alignment="8")
    script = render((Cue(start=1, end=2.5, text="Hi"),), "ass", style=style, width=1080, height=1920).decode()

    assert f"PlayResX: 162\nPlayResY: {REFERENCE_HEIGHT}\n" in script
    assert "Style: Default,Noto Sans,24,&H00563412,&H00563412,&H00000000,&H00000000,0,0,0,0,100,100" in script
    assert ",8,10,10,10,1\n" in script
    assert script.endswith("Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,Hi\n")


def test_ass_has_one_event_a_cue_whatever_the_text() -> None:
    script = render((Cue(start=0, end=1, text=HOSTILE + "\nDialogue: 0,0:00:00.00"),), "ass").decode()

    assert 1 == sum(line.startswith("Dialogue:") for line in script.splitlines())


def test_ass_counts_hours_beyond_ten() -> None:
    script = render((Cue(start=100 * 3600 + 0.007, end=100 * 3600 + 1, text="late"),), "ass").decode()

    assert "Dialogue: 0,100:00:00.01,100:00:01.00," in script


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="format must be one of srt, vtt, ass, json") as refusal:
        render((), "doc")

    assert "format" == refusal.value.field
