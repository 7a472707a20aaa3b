"""Queues, workers, schedules, batches and attempts as people read them."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from kinolog.cli.errors import BadSetting
from kinolog.cli.steer import read_batch
from kinolog.cli.work_tables import (
    attempts_table,
    batch_table,
    duration,
    queues_table,
    schedules_table,
    why_lines,
    workers_table,
)


def printed(table: Table) -> str:
    screen = io.StringIO()
    Console(file=screen, width=200).print(table)
    return screen.getvalue()


def a_queue(**changes: Any) -> dict[str, Any]:
    counts = {"depth": 3, "waiting": 2, "delayed": 0, "running": 1, "oldest_age_seconds": 90.0}
    lanes = [{**counts, "lane": 7}, {**counts, "lane": 0, "depth": 0}]
    queue = {"name": "render", "is_paused": False, "reason": None, "changed_by": None, "workers": [], "lanes": lanes}
    return {**queue, **counts, **changes}


def test_a_queue_shows_only_the_lanes_that_have_something_in_them() -> None:
    rows = [line for line in printed(queues_table([a_queue()])).splitlines() if "90 s" in line]
    assert 2 == len(rows)


def test_a_worker_shows_its_queues_and_its_gpu() -> None:
    known = {
        "id": "wrk_1",
        "queue": "render",
        "host": "here",
        "pid": 7,
        "running": [],
        "slots": 1,
        "job_types": ["burn"],
    }
    told = {"is_draining": False, "drain": {"is_draining": False}}
    found = {"queues": ["render-gpu", "render"], "gpu": ["h264_nvenc"]}
    shown = printed(workers_table([known | told | found]))
    assert "render-gpu, render" in shown
    assert "h264_nvenc" in shown


def test_a_paused_queue_says_who_and_why() -> None:
    shown = printed(queues_table([a_queue(is_paused=True, reason="a new driver", changed_by="user:owner")]))
    assert "paused by user:owner: a new driver" in shown


def test_without_the_catalog_the_depth_is_shown() -> None:
    unknown = dict.fromkeys(("waiting", "delayed", "running", "oldest_age_seconds"))
    assert "│ 42 " in printed(queues_table([a_queue(**unknown, depth=42, lanes=[])]))


def test_a_schedule_shows_when_it_fires() -> None:
    timing = {"cron": "30 2 * * *", "every_seconds": None, "timezone": "Europe/Zurich"}
    schedule = {"id": "sch_1", "name": "Nightly", "timing": timing, "job": {"type": "caption"}, "fired_count": 3}
    shown = printed(schedules_table([{**schedule, "is_paused": False, "next_at": "2026-11-22T01:30:00+00:00"}]))
    assert ("30 2 * * * Europe/Zurich" in shown, "2026-11-22 01:30:00" in shown) == (True, True)


def test_a_batch_shows_jobs_and_problems() -> None:
    items: list[dict[str, Any]] = [
        {"index": 0, "name": "a", "status": 202, "job": {"id": "job_1", "status": "pending", "is_waiting": True}},
        {"index": 1, "name": None, "status": 422, "problem": {"detail": "no such type"}},
    ]
    shown = printed(batch_table(items))
    assert ("waits for others" in shown, "no such type" in shown) == (True, True)


def test_an_attempt_shows_where_its_time_went() -> None:
    attempt = {"number": 1, "worker": "wrk_1", "started_at": "2026-11-21T12:00:00+00:00", "seconds": 150.0}
    attempt |= {"outcome": "failed", "error": "[red]no", "phases": [{"name": "encoding", "seconds": 1.25}]}
    shown = printed(attempts_table([attempt]))
    assert ("encoding 1.2 s" in shown, "2 min" in shown, "[red]no" in shown) == (True, True, True)


def test_why_says_what_goes_first_and_how_long_it_takes() -> None:
    ahead = [{"job_id": "job_2", "because": "lane", "detail": "a higher lane"}]
    estimate = {"run_seconds": 7.0, "wait_seconds": 90.0, "based_on": 12}
    waits = [{"kind": "turn", "detail": "its turn will come"}]
    why = {"waits_for": waits, "ahead": ahead, "ahead_count": 1, "started_before": [], "estimate": estimate}
    lines = [line.plain for line in why_lines(why)]
    assert ["turn: its turn will come", "ahead of it: 1", "  job_2  a higher lane"] == lines[:3]
    assert "begins in about 90 s, takes about 7.0 s (as 12 before it)" == lines[3]


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, ""), (0.04, "0.0 s"), (12, "12 s"), (200, "3 min"), (18_000, "5 h"), (2e5, "2 d")]
)
def test_durations_are_said_as_people_say_them(seconds: float | None, said: str) -> None:
    assert said == duration(seconds)


def test_a_batch_file_is_a_list_or_an_object(tmp_path: Path) -> None:
    file = tmp_path / "batch.json"
    file.write_text('[{"type": "caption"}]')
    assert {"items": [{"type": "caption"}]} == read_batch(file)


@pytest.mark.parametrize("content", ["", "7", "[", '"x"'])
def test_a_file_that_is_no_batch_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "batch.json"
    file.write_text(content)
    with pytest.raises(BadSetting):
        read_batch(file)
