"""The rules of captions are settings, each of them."""

from dataclasses import asdict, replace

import pytest
from pydantic import ValidationError

from kinolog.transcribe import wiring
from kinolog.transcribe.domain.doubt import Rules
from kinolog.transcribe.domain.reading import Layout
from kinolog.transcribe.settings import TranscribeSettings


def test_unless_told_otherwise_the_rules_are_as_they_are_written_down() -> None:
    settings = TranscribeSettings()

    assert (Layout(), Rules()) == (wiring.layout(settings), wiring.rules(settings))


def test_every_limit_of_a_layout_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in asdict(Layout()):
        monkeypatch.setenv(f"KINOLOG_CAPTION_{name.upper()}", "15")

    assert {15} == set(asdict(wiring.layout(TranscribeSettings())).values())


def test_every_doubt_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_CAPTION_DOUBT_REPEATS", "9")

    assert replace(Rules(), repeats=9) == wiring.rules(TranscribeSettings())


def test_a_limit_that_leaves_no_room_for_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLOG_CAPTION_LINES", "0")

    with pytest.raises(ValidationError, match="caption_lines"):
        TranscribeSettings()
