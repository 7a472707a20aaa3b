"""Jobs and events as tables for people. Whatever comes from the platform is shown as plain, harmless text."""

import json
import re
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from kinolog.cli.client import Json
from kinolog.cli.log_lines import harmless

_STATUS_STYLES = {"completed": "green", "failed": "red", "cancelled": "yellow", "running": "cyan"}
_MOST_CHARACTERS = 400
_WIDTH_OF_A_PIPE = 160
_ID = re.compile(r"\b([a-z]{3}_|)([0-9a-f]{32,64})\b")


def plain_console() -> Console:
    """Standard output without markup; wide where no terminal says how wide it is, so that pipes get whole ids."""
    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE)


def jobs_table(jobs: Iterable[Json]) -> Table:
    table = Table(
        Column("job", no_wrap=True), "type", "status", "%", "created", Column("what it says", overflow="fold")
    )
    for job in jobs:
        table.add_row(
            plain(job["id"]),
            plain(job["type"]),
            Text(harmless(job["status"]), _STATUS_STYLES.get(job["status"], "")),
            plain(job.get("progress")),
            plain(moment(job.get("created_at"))),
            plain(job.get("error_message") or job.get("output_data")),
        )
    return table


def events_table(events: Iterable[Json]) -> Table:
    table = Table("seq", "time", "event", Column("data", overflow="fold"))
    for event in events:
        table.add_row(
            plain(event["seq"]), plain(moment(event.get("time"))), plain(event["type"]), plain(event.get("data"))
        )
    return table


def history_table(histories: Iterable[tuple[Json, list[Json]]]) -> Table:
    """What happened to several jobs, in the order of the log, each event with its gist."""
    rows = sorted(((event, job) for job, events in histories for event in events), key=lambda row: row[0]["seq"])
    table = Table("seq", "time", "job", "event", "says")
    for event, job in rows:
        name = str(event["type"]).partition(".")[2]
        time = moment(event.get("time"))[11:]
        table.add_row(plain(event["seq"]), plain(time), plain(job["type"]), plain(name), plain(_gist(event["data"])))
    return table


def _gist(data: Json) -> str:
    """The plain values of an event, and those of what a job gave; ids are cut to the end that tells them apart."""
    values = {**data, **(data.get("output_data") or {})}
    return ", ".join(
        f"{name} {_ID.sub(_last_digits, str(value))}"
        for name, value in values.items()
        if value is not None and not isinstance(value, dict | list)
    )


def _last_digits(found: re.Match[str]) -> str:
    return f"{found[1]}…{found[2][-6:]}"


def event_line(event: Json) -> Text:
    """One event on one line, for a tail."""
    time, subject = moment(event.get("time")), event.get("subject", "")
    return plain(f"{event['seq']:>8}  {time}  {event['type']:<22} {subject}  {_short(event.get('data'))}")


def plain(value: Any) -> Text:
    return Text(harmless(_short(value)))


def moment(timestamp: str | None) -> str:
    return (timestamp or "")[:19].replace("T", " ")


def _short(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]} …"
