"""Stored cues are read in pieces of any size, and what is none of ours is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.catalog.domain.cue_stream import CueStream
from kinolog.common.subtitles import Cue, Word, cues_from_json, cues_to_json

SAID = (
    Cue(start=0, end=1, text='He said: "]}" — ü 🎬', speaker="Anna"),
    Cue(
        start=1,
        end=2,
        text="two words",
        words=(Word(start=1, end=1.5, text="two"), Word(start=1.5, end=2, text="words")),
    ),
    Cue(start=2, end=3, text=""),
)


def read(content: bytes, size: int) -> list[Cue]:
    stream, cues = CueStream(), list[Cue]()
    for start in range(0, len(content), size):
        cues += stream.feed(content[start : start + size])
    stream.close()
    return cues


@given(count=st.integers(0, 3), size=st.integers(1, 400))
def test_pieces_of_any_size_give_the_very_cues(count: int, size: int) -> None:
    content = cues_to_json(SAID[:count])
    assert list(cues_from_json(content)) == read(content, size)


def test_cues_are_given_as_soon_as_they_are_whole() -> None:
    content = cues_to_json(SAID)
    assert 1 == len(CueStream().feed(content[: content.index(b"two words")]))


@pytest.mark.parametrize("size", [1, 7, 1_000_000])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"WEBVTT\n\nsome text that is none of ours",
        cues_to_json(SAID)[:-1],
        cues_to_json(SAID)[:60],
        cues_to_json(SAID) + b" ",
        cues_to_json(SAID).replace(b'"version":1', b'"version":2'),
        cues_to_json(SAID).replace(b'"start":0.0', b'"start":-1.0'),
        cues_to_json(SAID).replace(b'"start":0.0', b'"start":NaN'),
        cues_to_json(SAID).replace(b"two", b"\xff\xfe\xff"),
        b'{"version":1,"cues":[1,2]}',
        b'{"version":1,"cues":[{"start":0,"end":1,"text":' + b"[" * 100_000,
    ],
)
def test_anything_else_is_refused(content: bytes, size: int) -> None:
    with pytest.raises(ValueError, match=r"cue|Cue|version|utf-8"):
        read(content, max(size, len(content) // 100))


def test_a_cue_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    endless = b'{"version":1,"cues":[{"text":"' + b"x" * 5_000_000
    with pytest.raises(ValueError, match="a cue has more than"):
        read(endless, 500_000)


def test_what_json_libraries_agree_on_is_read() -> None:
    spaced = json.dumps({"version": 1, "cues": [{"text": "a", "end": 1, "start": 0}]}, separators=(",", ":")).encode()
    assert [Cue(start=0, end=1, text="a")] == read(spaced, 5)
