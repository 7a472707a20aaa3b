"""Schedules: which of their times are due, and which of those that were missed are made up for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Final

from kinolog.common.aggregates import Schedule
from kinolog.common.events.schedule import CatchUp, Timing
from kinolog.common.schedules import next_time, times_between

_NARROW_ENOUGH: Final = timedelta(seconds=1)
_MOST_IN_A_MOMENT: Final = 10


@dataclass(frozen=True, slots=True)
class Due:
    """A time that has come; `skipped` says why nothing is submitted for it, if so."""

    time: datetime
    skipped: str | None = None


def due_times(schedule: Schedule, now: datetime, *, grace_seconds: float, most: int) -> list[Due]:
    """The times to deal with, in order, `most` of them. What is at most `grace_seconds` late was not missed."""
    if schedule.is_deleted or schedule.is_paused:
        return []
    missed_until = max(schedule.fired_until, now - timedelta(seconds=grace_seconds))
    on_time = times_between(schedule.timing, missed_until, now, most)
    missed = _made_up_for(schedule, missed_until, now, is_superseded=bool(on_time))
    return list(islice(chain(missed, map(Due, on_time)), most))


def next_due(schedule: Schedule) -> datetime | None:
    if schedule.is_deleted or schedule.is_paused:
        return None
    return next_time(schedule.timing, schedule.fired_until)


def latest_time(timing: Timing, after: datetime, until: datetime) -> datetime | None:
    """The last time after `after` up to `until`, found by halving, since there may be millions between them."""
    if (latest := next_time(timing, after)) is None or latest > until:
        return None
    too_late = until
    while too_late - latest > _NARROW_ENOUGH:
        middle = latest + (too_late - latest) / 2
        found = next_time(timing, middle)
        if found is not None and found <= until:
            latest = found
        else:
            too_late = middle
    return (times_between(timing, latest, until, _MOST_IN_A_MOMENT) or [latest])[-1]


def _made_up_for(schedule: Schedule, until: datetime, now: datetime, *, is_superseded: bool) -> Iterator[Due]:
    """The times before `until` that nobody fired, as far as the schedule wants them made up for."""
    last = latest_time(schedule.timing, schedule.fired_until, until)
    if last is None:
        return
    window_begins = max(schedule.fired_until, now - timedelta(seconds=schedule.catch_up_window_seconds))
    if schedule.catch_up is CatchUp.ALL and last > window_begins:
        yield from _all_times(schedule.timing, window_begins, until)
    elif schedule.catch_up is CatchUp.ONE and last > window_begins and not is_superseded:
        yield Due(last)
    else:
        yield Due(last, skipped="missed while nothing was there to fire it")


def _all_times(timing: Timing, after: datetime, until: datetime) -> Iterator[Due]:
    while (time := next_time(timing, after)) is not None and time <= until:
        yield Due(time)
        after = time
