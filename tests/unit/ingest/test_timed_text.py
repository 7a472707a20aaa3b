"""Subtitles as they are found on the web: what is understood of them, and what is left out."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.common.subtitles import Cue, SubtitleFormat, render
from kinolog.ingest.domain.timed_text import cues_of

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


def test_webvtt_is_read_without_its_markup() -> None:
    first = Cue(start=1.0, end=2.5, text="Good morning & hello,\nworld")
    assert (first, Cue(start=3600.0, end=3601.0, text="Much later")) == cues_of(VTT)


def test_srt_is_read_as_well() -> None:
    assert [(1.0, 2.5, "Good morning"), (3.0, 4.0, "Bye")] == [(c.start, c.end, c.text) for c in cues_of(SRT)]


def test_lines_without_a_blank_one_between_are_told_apart() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n00:02.000 --> 00:03.000\nTwo\n"
    assert ["One", "Two"] == [cue.text for cue in cues_of(text)]


def test_what_ends_before_it_starts_is_left_out() -> None:
    text = "WEBVTT\n\n00:02.000 --> 00:01.000\nWrong\n\n00:01.000 --> 00:02.000\nRight\n"
    assert ["Right"] == [cue.text for cue in cues_of(text)]


@pytest.mark.parametrize(
    "text", ["", "WEBVTT", "<html>Not found</html>", "99:99:99 --> x\nHello", "00:01.000 --> 00:02.000"]
)
def test_a_file_without_any_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no line of text"):
        cues_of(text)


def test_more_lines_than_a_film_can_have_are_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        cues_of("WEBVTT\n\n" + "00:01.000 --> 00:02.000\nAgain\n\n" * 50_001)


@pytest.mark.parametrize("subtitle_format", ["vtt", "srt"])
@given(text=st.text(st.characters(blacklist_categories=("C", "Z"), blacklist_characters="<>{}\\&-"), min_size=1))
def test_what_kinolog_writes_it_reads_again(subtitle_format: SubtitleFormat, text: str) -> None:
    cue = Cue(start=1.5, end=2.25, text=text)
    assert (cue,) == cues_of(render((cue,), subtitle_format).decode())


@given(st.text())
def test_whatever_a_site_sends_is_either_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert cues_of(text)
