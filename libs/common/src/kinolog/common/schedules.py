"""When a schedule is due: pure arithmetic of cron expressions, intervals and time zones.

Cron as Debian's: five fields, or six with seconds first; `L` is a month's last day (`5L` its last Friday), `1#2` its
second Monday. A time of day that a change to summer time leaves out comes right after the gap, and one that the change
back brings twice comes once, while `* * * * *` and the like go on by the real minute.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from kinolog.common.errors import Refused
from kinolog.common.events.schedule import Timing

SHORTEST_INTERVAL_SECONDS: Final = 1.0
LONGEST_INTERVAL_SECONDS: Final = 366 * 86_400.0
LONGEST_CRON: Final = 100
LATEST_START: Final = timedelta(days=366)

_A_MOMENT: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def next_time(timing: Timing, after: datetime) -> datetime | None:
    """The first time after `after` (aware), in UTC; None where none ever comes."""
    return next(times_after(timing, after), None)


def times_between(timing: Timing, after: datetime, until: datetime, limit: int) -> list[datetime]:
    """The times after `after` up to and including `until`, the earliest `limit` of them, in UTC."""
    return list(islice(takewhile(lambda time: time <= until, times_after(timing, after)), limit))


def times_after(timing: Timing, after: datetime) -> Iterator[datetime]:
    """Every time after `after` (aware), in UTC, in order, mostly without end. Raises Refused for a bad timing."""
    if timing.starts_at is not None:
        after = max(after, timing.starts_at - _A_MOMENT)
    if timing.cron is not None:
        return _cron_times(timing.cron, zone_of(timing), after)
    return _interval_times(timedelta(seconds=timing.every_seconds or 0.0), timing.starts_at or _EPOCH, after)


def zone_of(timing: Timing) -> ZoneInfo:
    """The time zone of its wall clock. Raises Refused for one that is not there."""
    try:
        return ZoneInfo(timing.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _invalid("timezone", "give the name of a time zone, such as Europe/Zurich or UTC") from None


def check_timing(timing: Timing, now: datetime) -> Timing:
    """The timing, if it makes sense and comes again; raises Refused, naming the field, if not."""
    if (timing.cron is None) is (timing.every_seconds is None):
        raise _invalid("cron", "give either cron or every_seconds, and not both")
    zone_of(timing)
    if timing.every_seconds is not None:
        _check_interval(timing.every_seconds)
    if timing.starts_at is not None:
        _check_start(timing.starts_at, now)
    if next_time(timing, now) is None:
        raise _invalid("cron", "no such time ever comes")
    return timing


def _check_start(starts_at: datetime, now: datetime) -> None:
    if starts_at.tzinfo is None:
        raise _invalid("starts_at", "give it with its offset, such as 2026-01-31T12:00:00Z")
    if not _EPOCH <= starts_at <= now + LATEST_START:
        raise _invalid("starts_at", f"must be after 1970 and within {LATEST_START.days} days from now")


def _check_interval(seconds: float) -> None:
    if not SHORTEST_INTERVAL_SECONDS <= seconds <= LONGEST_INTERVAL_SECONDS:
        allowed = f"{SHORTEST_INTERVAL_SECONDS:.0f} to {LONGEST_INTERVAL_SECONDS:.0f}"
        raise _invalid("every_seconds", f"give a number of seconds from {allowed}")


def _cron_times(expression: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """An hour that comes twice makes the wall clock go back, so what is not later than `after` is passed over."""
    if len(expression) > LONGEST_CRON:
        raise _invalid("cron", f"an expression may have {LONGEST_CRON} characters at most")
    try:
        found = CronSim(expression, after.astimezone(zone))
    except CronSimError as error:
        raise _invalid(
            "cron", f"{_reason(error)}: write five fields such as 30 2 * * 1-5, or six with seconds"
        ) from None
    for time in found:
        moment = time.astimezone(UTC)
        if moment > after:
            yield moment
            after = moment


def _interval_times(every: timedelta, begin: datetime, after: datetime) -> Iterator[datetime]:
    time = begin + ((after - begin) // every + 1) * every
    while True:
        yield time.astimezone(UTC)
        time += every


@lru_cache(maxsize=64)
def _reason(error: CronSimError) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]


def _invalid(field: str, message: str) -> Refused:
    return Refused("validation", message, field=field)
