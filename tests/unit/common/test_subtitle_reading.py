"""Reading subtitles: what was written comes back, what others wrote is understood, what is broken is named."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue, Word, cues_to_json, render
from kinolog.common.subtitles.cue import WORD_JOINER
from kinolog.common.subtitles.reading import Read, SubtitlesRefused, read_subtitles

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello\nthere\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>Bye</i> {\\an8}\n"
VTT = (
    "WEBVTT - a film\n\nSTYLE\n::cue { color: red }\n\nNOTE nothing\n\nintro\n00:01.000 --> 00:02.500 line:0\n"
    "<v Ann>Hello &amp; bye\n\n01:00:03.000 --> 01:00:04.000\nEnd\n"
)
ASS = (
    "[Script Info]\nTitle: x\n[Fonts]\nfontname: evil.ttf\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nComment: 0,x\n"
    r"Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\b1}Hello{\b0},\Nthere" + "\n"
    r"Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\p1}m 0 0 l 9 9{\p0}" + "\n"
)

moments = st.integers(0, 3_600_000).map(lambda hundredths: hundredths / 100)
texts = st.text(max_size=60).map(lambda text: Cue(start=0, end=0, text=text.replace(WORD_JOINER, "")).text).filter(bool)
cues = st.lists(
    st.builds(lambda start, lasts, text: Cue(start=start, end=start + lasts, text=text), moments, moments, texts),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("subtitle_format", ["srt", "vtt", "ass", "json"])
@given(written=cues)
def test_what_is_written_is_read_again(subtitle_format: str, written: list[Cue]) -> None:
    text = render(tuple(written), subtitle_format).decode()
    expected = sorted((round(cue.start, 2), round(cue.end, 2), cue.text) for cue in written)
    read = read_subtitles(text, subtitle_format).cues
    assert expected == sorted((round(cue.start, 2), round(cue.end, 2), cue.text) for cue in read)


def test_json_keeps_words() -> None:
    spoken = (Cue(start=0, end=1, text="Hi", words=(Word(text="Hi", start=0.1, end=0.9, probability=0.5),)),)
    assert Read(spoken, {}) == read_subtitles(cues_to_json(spoken).decode(), "json")


def test_srt_of_others_is_understood() -> None:
    read = read_subtitles(SRT.replace("\n", "\r\n"), "srt")
    assert [(1.0, 2.5, "Hello\nthere"), (3.0, 4.0, "Bye")] == [(cue.start, cue.end, cue.text) for cue in read.cues]
    assert {"style": 3} == read.left_out


def test_srt_without_blank_lines_between_cues_is_understood() -> None:
    read = read_subtitles(SRT.replace("\n\n", "\n"), "srt")
    assert ["Hello\nthere", "Bye"] == [cue.text for cue in read.cues]


def test_vtt_of_others_is_understood() -> None:
    read = read_subtitles(VTT, "vtt")
    assert [(1.0, "Hello & bye"), (3603.0, "End")] == [(cue.start, cue.text) for cue in read.cues]
    assert {"style": 1, "note": 1, "id": 1, "settings": 1} == read.left_out


def test_of_an_ass_script_only_the_dialogue_is_taken() -> None:
    read = read_subtitles(ASS, "ass")
    assert [(1.0, 2.5, "Hello,\nthere")] == [(cue.start, cue.end, cue.text) for cue in read.cues]
    assert {"font": 1, "style": 2, "comment": 1, "drawing": 1} == read.left_out


@pytest.mark.parametrize(
    ("subtitle_format", "text", "line"),
    [
        ("srt", "1\nno times\nHello\n", 1),
        ("srt", SRT + "\n3\n00:00:09,000 --> 00:00:08,000\nBack\n", 11),
        ("srt", "", 1),
        ("srt", "1\n00:00:01,000 --> 00:00:02,000\n" + "x" * 2001, 2),
        ("vtt", "00:01.000 --> 00:02.000\nHello\n", 1),
        ("vtt", "WEBVTT\n\n00:01 --> 00:02.000\nHello\n", 3),
        ("ass", "[Events]\nDialogue: 0,soon,0:00:02.00,Default,,0,0,0,,Hi\n", 2),
        ("ass", "[Events]\nFormat: Text, Start\n", 2),
        ("json", '{"version": 1, "cues": [{"start": 2, "end": 1, "text": "x"}]}', 1),
        ("json", "NaN", 1),
    ],
)
def test_what_is_broken_is_refused_naming_the_line(subtitle_format: str, text: str, line: int) -> None:
    with pytest.raises(SubtitlesRefused) as refused:
        read_subtitles(text, subtitle_format)
    assert line == refused.value.line


@given(st.text(max_size=200), st.sampled_from(["srt", "vtt", "ass", "json"]))
def test_any_text_is_read_or_refused(text: str, subtitle_format: str) -> None:
    with suppress(SubtitlesRefused):
        assert read_subtitles(text, subtitle_format).cues
