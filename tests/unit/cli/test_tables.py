"""Jobs and events as people read them: whole ids, short gists, nothing that steers the terminal."""

import io

from rich.console import Console
from rich.table import Table

from kinolog.cli.client import Json
from kinolog.cli.tables import events_table, history_table, jobs_table

JOB_ID = "job_" + "a" * 32
SHA256 = "0123456789abcdef" * 4


def printed(table: Table, width: int = 80) -> str:
    screen = io.StringIO()
    Console(file=screen, width=width).print(table)
    return screen.getvalue()


def event(seq: int, name: str, **data: object) -> Json:
    return {"seq": seq, "time": "2026-01-31T12:00:00.5+00:00", "type": f"job.{name}", "subject": "", "data": data}


def test_an_id_is_whole_on_a_narrow_terminal() -> None:
    job = {"id": JOB_ID, "type": "burn", "status": "failed", "progress": 3, "error_message": "no " * 100}

    assert JOB_ID in printed(jobs_table([job]))


def test_strange_text_is_neither_markup_nor_control() -> None:
    shown = printed(events_table([event(1, "failed", message="[red]\x1b[2J")]))

    assert ("[red]" in shown, "\x1b[2J" in shown) == (True, False)


def test_the_history_of_several_jobs_is_in_the_order_of_the_log() -> None:
    caption, burn = {"type": "caption"}, {"type": "burn"}
    histories = [(burn, [event(3, "queued")]), (caption, [event(1, "queued"), event(9, "completed")])]

    rows = [line.split("│")[1:5] for line in printed(history_table(histories)).splitlines() if "12:00:00" in line]

    assert [["1", "caption"], ["3", "burn"], ["9", "caption"]] == [[row[0].strip(), row[2].strip()] for row in rows]


def test_a_gist_has_the_plain_values_with_ids_cut_to_their_end() -> None:
    data = {"attempt": 1, "detail": None, "output_data": {"sha256": SHA256, "video_id": f"vid_{'b' * 26}123456"}}

    shown = printed(history_table([({"type": "burn"}, [event(1, "completed", **data)])]), width=200)

    assert "attempt 1, sha256 …abcdef, video_id vid_…123456 " in shown
