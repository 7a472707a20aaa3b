"""Subtitles as they are found on the web, and nobody is there to put them right: what is understood is taken."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue, SubtitleFormat, render
from kinolog.common.subtitles.reading import Read, SubtitlesRefused, likely_format, read_subtitles

VTT = """\ufeffWEBVTT - some title

NOTE a remark

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.500 align:start position:0%
<v Anna>Good <b>morning</b> &amp; hello,
<00:00:01.500><c.green>world</c>

01:00:00.000 --> 01:00:01.000
Much later
"""

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}<i>Good morning</i>\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nBye"
)


def found(text: str) -> Read:
    return read_subtitles(text, likely_format(text), is_lenient=True)


def texts(text: str) -> list[str]:
    return [cue.text for cue in found(text).cues]


def test_webvtt_is_read_without_its_markup() -> None:
    first = Cue(start=1.0, end=2.5, text="Good morning & hello,\nworld", speaker="Anna")
    assert (first, Cue(start=3600.0, end=3601.0, text="Much later")) == found(VTT).cues


def test_srt_is_read_as_well() -> None:
    assert [(1.0, 2.5, "Good morning"), (3.0, 4.0, "Bye")] == [(c.start, c.end, c.text) for c in found(SRT).cues]


def test_html_in_srt_is_understood() -> None:
    assert ["Tom & Jerry"] == texts("1\n00:00:01,000 --> 00:00:02,000\n<i>Tom</i> &amp; Jerry\n")


def test_lines_without_a_blank_one_between_are_told_apart() -> None:
    assert ["One", "Two"] == texts("WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n00:02.000 --> 00:03.000\nTwo\n")


def test_cues_right_below_the_header_are_read() -> None:
    assert ["One"] == texts("WEBVTT\n00:01.000 --> 00:02.000\nOne\n")


@pytest.mark.parametrize(
    "wrong",
    [
        "00:02.000 --> 00:01.000\nBackwards",
        "soon --> later\nHello",
        "Nothing but text",
        "9999:00:00.000 --> 9999:00:01.000\nFar away",
        "00:01.000 --> 00:02.000\n" + "x" * 2001,
    ],
)
def test_what_cannot_be_understood_is_left_out_and_counted(wrong: str) -> None:
    read = found(f"WEBVTT\n\n{wrong}\n\n00:01.000 --> 00:02.000\nRight\n")
    assert (["Right"], {"unclear": 1}) == ([cue.text for cue in read.cues], read.left_out)


@pytest.mark.parametrize(
    "text", ["", "WEBVTT", "<html>Not found</html>", "99:99:99 --> x\nHello", "00:01.000 --> 00:02.000"]
)
def test_a_file_without_any_line_is_refused(text: str) -> None:
    with pytest.raises(SubtitlesRefused, match="no text with its times"):
        found(text)


@pytest.mark.parametrize("subtitle_format", ["vtt", "srt"])
@given(text=st.text(st.characters(blacklist_categories=("C", "Z"), blacklist_characters="<>{}\\&-"), min_size=1))
def test_what_kinolog_writes_is_no_harder_to_read(subtitle_format: SubtitleFormat, text: str) -> None:
    cue = Cue(start=1.5, end=2.25, text=text)
    assert (cue,) == found(render((cue,), subtitle_format).decode()).cues


@given(st.text())
def test_whatever_a_site_sends_is_either_read_or_refused(text: str) -> None:
    with suppress(SubtitlesRefused):
        assert found(text).cues
