"""Queues, workers, schedules, batches and attempts as tables for people, and in lines why a job waits."""

from collections.abc import Iterable, Iterator

from rich.table import Column, Table
from rich.text import Text

from kinolog.cli.client import Json
from kinolog.cli.tables import moment, plain


def queues_table(queues: Iterable[Json]) -> Table:
    """One row for each queue and for each of its lanes that has something in it."""
    table = Table(
        "queue", "lane", "waiting", "delayed", "running", "oldest", "workers", Column("says", overflow="fold")
    )
    for queue in queues:
        says = f"paused by {queue['changed_by']}: {queue['reason'] or 'no reason'}" if queue["is_paused"] else ""
        table.add_row(plain(queue["name"]), "", *_depths(queue), plain(len(queue["workers"])), plain(says))
        for lane in queue["lanes"]:
            if lane["depth"]:
                table.add_row("", plain(lane["lane"]), *_depths(lane), "", "")
    return table


def _depths(place: Json) -> list[Text]:
    """While the catalog is away only the depth is known: it is shown as waiting."""
    age = place["oldest_age_seconds"]
    waiting = place["depth"] if place["waiting"] is None else place["waiting"]
    return [plain(waiting), plain(place["delayed"]), plain(place["running"]), plain(duration(age))]


def workers_table(workers: Iterable[Json]) -> Table:
    table = Table(Column("worker", no_wrap=True), "queues", "host", "pid", "runs", "slots", "does", "GPU", "says")
    for worker in workers:
        is_drained = worker["is_draining"] or worker["drain"]["is_draining"]
        table.add_row(
            plain(worker["id"]),
            plain(", ".join(worker["queues"] or [worker["queue"]])),
            plain(worker["host"]),
            plain(worker["pid"]),
            plain(len(worker["running"])),
            plain(worker["slots"]),
            plain(", ".join(worker["job_types"])),
            plain(", ".join(worker["gpu"])),
            plain("takes nothing new" if is_drained else ""),
        )
    return table


def schedules_table(schedules: Iterable[Json]) -> Table:
    table = Table(Column("schedule", no_wrap=True), "name", "times", "job", "next (UTC)", "fired")
    for schedule in schedules:
        timing = schedule["timing"]
        times = timing["cron"] or f"every {duration(timing['every_seconds'])}"
        table.add_row(
            plain(schedule["id"]),
            plain(schedule["name"]),
            plain(f"{times} {timing['timezone']}" if timing["cron"] else times),
            plain(schedule["job"]["type"]),
            plain("paused" if schedule["is_paused"] else moment(schedule["next_at"])),
            plain(schedule["fired_count"]),
        )
    return table


def batch_table(items: Iterable[Json]) -> Table:
    table = Table("#", "name", "answer", Column("job", no_wrap=True), Column("says", overflow="fold"))
    for item in items:
        job, problem = item.get("job") or {}, item.get("problem") or {}
        says = problem.get("detail") or ("waits for others" if job.get("is_waiting") else job.get("status"))
        table.add_row(
            plain(item["index"]), plain(item["name"]), plain(item["status"]), plain(job.get("id")), plain(says)
        )
    return table


def attempts_table(attempts: Iterable[Json]) -> Table:
    table = Table(
        "#", Column("worker", no_wrap=True), "started", "took", "ended", "phases", Column("says", overflow="fold")
    )
    for attempt in attempts:
        phases = ", ".join(f"{phase['name']} {duration(phase['seconds'])}" for phase in attempt["phases"])
        table.add_row(
            plain(attempt["number"]),
            plain(attempt["worker"]),
            plain(moment(attempt["started_at"])),
            plain(duration(attempt["seconds"])),
            plain(attempt["outcome"]),
            plain(phases),
            plain(attempt["error"]),
        )
    return table


def why_lines(why: Json) -> Iterator[Text]:
    """What the job waits for, what goes first, and how long it may take."""
    for wait in why["waits_for"]:
        yield plain(f"{wait['kind']}: {wait['detail']}")
    if why["ahead_count"]:
        yield plain(f"ahead of it: {why['ahead_count']}")
        yield from (plain(f"  {each['job_id']}  {each['detail']}") for each in why["ahead"])
    if why["started_before"]:
        yield plain("these went first, the last one on top:")
        yield from (plain(f"  {each['job_id']}  {each['detail']}") for each in why["started_before"])
    if (estimate := why["estimate"]) is not None:
        wait = estimate["wait_seconds"]
        begins = "" if wait is None else f"begins in about {duration(wait)}, "
        yield plain(f"{begins}takes about {duration(estimate['run_seconds'])} (as {estimate['based_on']} before it)")


def duration(seconds: float | None) -> str:
    """Seconds as a person says them: 0.4 s, 12 s, 3 min, 5 h, 2 d."""
    if seconds is None:
        return ""
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
