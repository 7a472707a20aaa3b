"""Reading subtitles: what others wrote is understood, what is broken is named."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue, Word, cues_to_json
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
    assert [(1.0, "Hello & bye", "Ann"), (3603.0, "End", None)] == [(c.start, c.text, c.speaker) for c in read.cues]
    assert {"style": 1, "note": 1, "id": 1, "settings": 1} == read.left_out


def test_of_an_ass_script_only_the_dialogue_is_taken() -> None:
    read = read_subtitles(ASS, "ass")
    assert [(1.0, 2.5, "Hello,\nthere")] == [(cue.start, cue.end, cue.text) for cue in read.cues]
    assert {"font": 1, "style": 2, "comment": 1, "drawing": 1} == read.left_out


def words_in(text: str, subtitle_format: str) -> list[tuple[str, float, float]]:
    (cue,) = read_subtitles(text, subtitle_format).cues
    return [(word.text, word.start, word.end) for word in cue.words]


def test_webvtt_says_when_each_word_is_said() -> None:
    spoken = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ann>So<00:02.000><c> it</c><00:02.500> <00:03.000><i>begins</i>\n"
    assert [("So", 1.0, 2.0), ("it", 2.0, 2.5), ("begins", 3.0, 4.0)] == words_in(spoken, "vtt")


@pytest.mark.parametrize(
    "spoken",
    [
        "several words<00:02.000> at once",
        "<00:03.000>back<00:02.000> again",
        "beyond<00:09.000> the end",
        "e<00:02.000>\u0301",
    ],
)
def test_times_within_a_text_that_say_nothing_of_words_are_left_out(spoken: str) -> None:
    read = read_subtitles(f"WEBVTT\n\n00:01.000 --> 00:04.000\n{spoken}\n", "vtt")
    assert ({"word times": 1}, ()) == (read.left_out, read.cues[0].words)


def test_several_voices_of_a_cue_are_its_speaker() -> None:
    (cue,) = read_subtitles("WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Ann>- Hi\n<v Bob &amp; Co>- Yo\n", "vtt").cues
    assert ("Ann, Bob & Co", "- Hi\n- Yo") == (cue.speaker, cue.text)


def dialogue(text: str, name: str = "") -> str:
    return f"[Events]\nDialogue: 0,0:00:01.00,0:00:03.00,Default,{name},0,0,0,,{text}\n"


def test_ass_says_who_speaks() -> None:
    assert "Ann" == read_subtitles(dialogue("Hello", name=" Ann "), "ass").cues[0].speaker


@pytest.mark.parametrize(
    ("karaoke", "words"),
    [
        (r"{\k50}So {\kf30}it {\k20}{\K40\b1}begins", [("So", 1.0, 1.5), ("it", 1.5, 1.8), ("begins", 2.0, 2.4)]),
        (r"{\k10\k20}So{\ko30} it", [("So", 1.1, 1.3), ("it", 1.3, 1.6)]),
        (r"{\k20}Hel{\k30}lo", [("Hel", 1.0, 1.2), ("lo", 1.2, 1.5)]),
        (r"{\k999}Hello", [("Hello", 1.0, 3.0)]),
        (r"{\k50}two words{\k50} more", []),
        (r"Hello", []),
    ],
)
def test_karaoke_in_ass_says_when_each_word_is_said(karaoke: str, words: list[tuple[str, float, float]]) -> None:
    assert words == words_in(dialogue(karaoke), "ass")


def test_what_cues_are_attached_to_is_counted() -> None:
    text = (
        "WEBVTT\n\nREGION\nid:a\n\nfirst\n00:01.000 --> 00:02.000 align:left\n<ruby>Hi<rt>hi</rt></ruby>\n"
        "00:02.000 --> 00:03.000\nNo id is above this one\n"
    )
    assert {"region": 1, "id": 1, "settings": 1, "style": 4} == read_subtitles(text, "vtt").left_out


@pytest.mark.parametrize(
    ("subtitle_format", "text", "line"),
    [
        ("srt", "1\nno times\nHello\n", 1),
        ("srt", "1\n-00:00:01,000 --> 00:00:02,000\nBelow zero\n", 2),
        ("srt", "1\n00:00:-1,000 --> 00:00:02,000\nBelow zero\n", 2),
        ("srt", "1\n00:00:01,000 --> 00:00:02,000\nHi\n2\n -00:00:02,000 --> 00:00:03,000\nBelow zero\n", 5),
        ("srt", SRT + "\n3\n00:00:09,000 --> 00:00:08,000\nBack\n", 11),
        ("srt", "", 1),
        ("srt", "1\n00:00:01,000 --> 00:00:02,000\n" + "x" * 2001, 2),
        ("vtt", "00:01.000 --> 00:02.000\nHello\n", 1),
        ("srt", "1\n00:00:01,000 --> 00:00:02,000\nHi\n2\n00:00:02 -> 00:00:03,000\n--> 9\n00:03 --> x\n", 7),
        ("vtt", "WEBVTT\n\n00:01 --> 00:02.000\nHello\n", 3),
        ("vtt", "WEBVTT\n\nid\n00:01 --> 00:02.000\nHello\n", 4),
        ("vtt", "WEBVTT\n\n99999999:99:99.000 --> 99999999:99:99.000\nHello\n", 3),
        ("vtt", "WEBVTT\n\n9999:00:00.000 --> 9999:00:01.000\nHello\n", 3),
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
