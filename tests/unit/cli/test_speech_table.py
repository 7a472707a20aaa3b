"""Where something is said, as people read it."""

import io
from typing import Any

import pytest
from rich.console import Console

from kinolog.cli.speech import clock, hits_table


def a_hit(**changes: Any) -> dict[str, Any]:
    hit = {
        "video_id": "vid_1",
        "video_title": "Film",
        "start": 61.5,
        "text": "Find the\nred clip",
        "speaker": None,
        "highlights": [[9, 12]],
        "words": [],
    }
    return {**hit, **changes}


def printed(hit: dict[str, Any]) -> str:
    screen = io.StringIO()
    Console(file=screen, width=120, force_terminal=True, color_system="standard").print(hits_table([hit]))
    return screen.getvalue()


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.0, "0:00.0"), (61.5, "1:01.5"), (59.96, "1:00.0"), (3723.44, "1:02:03.4")]
)
def test_a_moment_is_shown_as_players_do(seconds: float, shown: str) -> None:
    assert shown == clock(seconds)


def test_the_words_that_were_looked_for_stand_out() -> None:
    assert "Find the \x1b[1;33mred\x1b[0m clip" in printed(a_hit())


def test_the_moment_is_that_of_the_first_word_that_was_found() -> None:
    word = {"text": "red", "start": 63.0, "end": 63.2}
    assert ("1:03.0", "1:01.5") == tuple(
        moment for hit, moment in ((a_hit(words=[word]), "1:03.0"), (a_hit(), "1:01.5")) if moment in printed(hit)
    )


def test_who_speaks_is_named() -> None:
    assert "Ada: Find" in printed(a_hit(speaker="Ada"))


def test_control_characters_of_a_caption_do_nothing_to_the_terminal() -> None:
    assert "\x1b]0;" not in printed(a_hit(text="Find the \x1b]0;red"))
