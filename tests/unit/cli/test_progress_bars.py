"""What a job's line shows as messages come in."""

import io

import pytest
from rich.console import Console

from kinolog.cli.client import Json
from kinolog.cli.progress import Bars


def shown(*messages: Json) -> str:
    screen = io.StringIO()
    with Bars(Console(file=screen, width=120)) as bars:
        bar = bars.add("burn")
        for message in messages:
            bar.show(message)
    return screen.getvalue()


def test_progress_names_phase_percent_speed_and_time_left() -> None:
    line = shown({"type": "progress", "phase": "encoding", "percent": 41.6, "speed": 2.25, "eta_seconds": 8.4})

    assert ["burn", "42", "encoding", "2.2×", "8"] == [
        word for word in line.split() if word in ("burn", "42", "encoding", "2.2×", "8")
    ]


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ({"total_bytes": 1024 << 20, "bytes_per_second": 41.4e6}, "312 of 1,024 MiB · 39.5 MiB/s · 17 s left"),
        ({"total_bytes": None}, "312 MiB · 17 s left"),
    ],
    ids=["of a known size", "of an unknown size"],
)
def test_moving_bytes_shows_how_many_and_how_fast(moved: Json, words: str) -> None:
    message = {"type": "progress", "phase": "download", "percent": 30.5, "eta_seconds": 17.2, "done_bytes": 312 << 20}
    assert words in " ".join(shown({**message, **moved}).split())


@pytest.mark.parametrize(
    ("event", "words"), [("job.completed", "100 % completed"), ("job.failed", "failed"), ("job.queued", "0 % queued")]
)
def test_events_name_the_phase(event: str, words: str) -> None:
    assert words in " ".join(shown({"type": event}).split())


def test_a_phase_cannot_steer_the_terminal() -> None:
    assert "\x1b[2J" not in shown({"type": "progress", "phase": "\x1b[2J[red]x", "percent": None})


def test_unknown_events_change_nothing() -> None:
    assert shown({"type": "job.started"}) == shown({"type": "job.started"}, {"type": "job.archived"})
